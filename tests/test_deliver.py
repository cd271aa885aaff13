"""Handing letters over: once each, whatever the mail server does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from secrets import token_hex

import pytest
from mail_server import MailServer, mail_server
from office import Office, office_of, text

from jobs import claims, work
from jobs.claims import Stale
from jobs.mail import turns
from jobs.mail.deliver import deliver
from jobs.relay import work_off
from models.mails import MailOut, MailState
from models.outbox import OutboxRow
from resolvers import tickets
from resolvers.contacts import ContactRef
from settings import settings


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
async def mx(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        monkeypatch.setattr(settings, "smtp_url", f"smtp://127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def carl() -> str:
    return f"carl-{token_hex(4)}@x.example"


async def ask(office: Office, *customers: str) -> None:
    """Create a ticket of each customer, whose acknowledgement then waits to be delivered."""
    for address in customers:
        await office.create(contact=ContactRef(email=address))
    for row in await office.rows():
        if row.event_id is not None:
            await work.work(row.workspace_id, row.id)


async def delivery(office: Office) -> tuple[MailOut, OutboxRow]:
    """Return the newest letter and its row."""
    return (await office.mails())[-1], (await office.rows())[-1]


async def taken_over(office: Office, row: OutboxRow) -> None:
    """Let the row's lease run out and somebody else claim it."""
    await office.pass_time(minutes=1)
    await claims.take(row.workspace_id, row.id)


async def test_a_letter_goes_to_the_mail_server_once(office, mx, carl):
    await ask(office, carl)

    await work_off()
    await work_off()

    mail, row = await delivery(office)
    assert [letter["To"] for letter in mx.taken] == [carl]
    assert (mail.state, row.done_at is not None) == (MailState.SENT, True)
    assert mx.taken[0]["Message-ID"] == mail.message_id


async def test_a_letter_of_dots_and_long_lines_arrives_as_it_was_written(office, mx):
    ticket = await office.create()
    written = ".\n..\nFrom here\n" + "ö" * 2000
    await office.reply(ticket, written)

    await work_off()

    assert written in text(mx.taken[-1])


@pytest.mark.parametrize("answer", ["452 mailbox is full", "421 go away"])
async def test_a_temporary_refusal_is_tried_again_in_a_minute(office, mx, carl, answer):
    mx.answers[carl] = answer
    await ask(office, carl)

    await work_off()

    mail, row = await delivery(office)
    assert (mail.state, row.failed_at, row.attempts) == (MailState.QUEUED, None, 1)
    assert row.failure == f"The mail server answered {answer[:3]}: {answer[4:]}"
    assert 55 < (row.next_at - row.created_at).total_seconds() < 65


async def test_a_letter_that_was_refused_for_a_while_arrives_later(office, mx, carl):
    mx.answers[carl] = "452 mailbox is full"
    await ask(office, carl)
    await work_off()
    del mx.answers[carl]

    await office.pass_time(minutes=2)
    await work_off()

    assert [letter["To"] for letter in mx.taken] == [carl]


async def test_a_permanent_refusal_fails_with_its_reason(office, mx, carl):
    mx.answers[carl] = "550 no such\x00 user"
    await ask(office, carl)

    await work_off()

    mail, row = await delivery(office)
    assert (mail.state, row.failed_at is not None) == (MailState.FAILED, True)
    assert mail.failure == row.failure == "The mail server answered 550: no such user"


async def test_after_five_days_of_tries_a_letter_fails_with_its_reason(office, mx, carl):
    mx.answers[carl] = "452 mailbox is full"
    await ask(office, carl)
    await office.pass_time(minutes=5 * 24 * 60 + 1)

    await work_off()

    mail, _ = await delivery(office)
    assert (mail.state, mail.failure) == (
        MailState.FAILED,
        "The mail server answered 452: mailbox is full",
    )


async def test_a_mail_server_that_is_down_costs_no_letter(office, monkeypatch, carl):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(settings, "smtp_url", f"smtp://127.0.0.1:{closed.getsockname()[1]}")
        await ask(office, carl)

        await work_off()

    mail, row = await delivery(office)
    assert (mail.state, row.failed_at, row.lease_until) == (MailState.QUEUED, None, None)


async def test_a_letter_cut_off_in_its_text_is_sent_again_under_the_same_id(office, mx, carl):
    mx.cuts.add(carl)
    await ask(office, carl)
    await work_off()
    mx.cuts.clear()

    await office.pass_time(minutes=2)
    await work_off()

    mail, row = await delivery(office)
    assert [letter["Message-ID"] for letter in mx.taken] == [mail.message_id]
    assert (mail.state, row.attempts) == (MailState.SENT, 2)


async def test_a_mailbox_that_hangs_delays_no_other(office, mx, carl):
    hung = f"hung-{token_hex(4)}@x.example"
    mx.stalls[hung] = asyncio.Event()
    await ask(office, hung, carl)
    [*_, first, second] = [row for row in await office.rows() if row.mail_id]
    hanging = asyncio.create_task(work.work(office.workspace_id, first.id))
    await mx.has_heard.wait()

    async with asyncio.timeout(5):
        await work.work(office.workspace_id, second.id)

    assert [letter["To"] for letter in mx.taken] == [carl]
    mx.stalls[hung].set()
    await hanging
    assert len(mx.taken) == 2


async def test_a_mailbox_that_hangs_holds_two_letters_at_most(office, mx, carl, monkeypatch):
    monkeypatch.setattr(turns, "HUNG_SECONDS", 0.05)
    mx.stalls[carl] = asyncio.Event()
    ticket = await office.create(contact=ContactRef(email=carl))
    for _ in range(2):
        await office.reply(ticket)
    await ask(office)
    waiting = [row for row in await office.rows() if row.mail_id]
    jobs = [asyncio.create_task(work.work(row.workspace_id, row.id)) for row in waiting]

    done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED, timeout=5)

    free = [row.attempts for row in await office.rows() if row.mail_id and not row.lease_until]
    assert (len(done), free) == (1, [0])
    mx.stalls[carl].set()
    await asyncio.wait(jobs)


async def test_many_letters_to_one_address_all_go_at_once(office, mx, carl):
    ticket = await office.create(contact=ContactRef(email=carl))
    for _ in range(9):
        await office.reply(ticket)
    await ask(office)
    waiting = [row for row in await office.rows() if row.mail_id]

    await asyncio.gather(*(work.work(row.workspace_id, row.id) for row in waiting))

    assert len(mx.taken) == 10


async def test_a_server_that_says_nothing_is_left_after_a_while(office, mx, carl, monkeypatch):
    monkeypatch.setattr(settings, "smtp_seconds", 0.1)
    mx.stalls[carl] = asyncio.Event()
    await ask(office, carl)

    await work_off()

    mail, row = await delivery(office)
    assert (mail.state, row.lease_until) == (MailState.QUEUED, None)
    assert row.failure == "The mail server does not answer (SMTPReadTimeoutError)."


async def test_a_long_delivery_keeps_its_lease(office, mx, carl, monkeypatch):
    monkeypatch.setattr(settings, "lease_seconds", 0.3)
    mx.stalls[carl] = asyncio.Event()
    await ask(office, carl)
    _, row = await delivery(office)
    working = asyncio.create_task(work.work(row.workspace_id, row.id))
    await mx.has_heard.wait()
    first = (await delivery(office))[1].lease_until

    async with asyncio.timeout(5):
        while (await delivery(office))[1].lease_until == first:
            await asyncio.sleep(0.01)

    mx.stalls[carl].set()
    await working
    assert (await delivery(office))[0].state is MailState.SENT


async def test_a_worker_that_lost_its_lease_sends_no_text(office, mx, carl):
    await ask(office, carl)
    _, row = await delivery(office)
    claim = await claims.take(row.workspace_id, row.id)
    assert claim

    mx.on_rcpt = lambda: taken_over(office, row)

    with pytest.raises(Stale):
        await deliver(claim)

    assert mx.taken == []


async def test_a_letter_that_was_taken_counts_as_sent_whoever_holds_its_row(office, mx, carl):
    await ask(office, carl)
    _, row = await delivery(office)
    claim = await claims.take(row.workspace_id, row.id)
    assert claim

    mx.on_data = lambda: taken_over(office, row)

    await deliver(claim)

    mail, row = await delivery(office)
    assert (len(mx.taken), mail.state, row.done_at is not None) == (1, MailState.SENT, True)


async def test_a_customer_who_lost_the_ticket_gets_no_letter_of_it(office, mx, carl):
    await ask(office, carl)
    mail, _ = await delivery(office)
    await tickets.update(office.ada, mail.ticket_id, {"is_internal": True})

    await work_off()

    mail, row = await delivery(office)
    assert (mx.taken, mail.state, row.done_at is not None) == ([], MailState.HELD, True)


async def test_without_a_mail_server_a_letter_is_one_file_however_often_it_is_sent(office, carl):
    await ask(office, carl)
    mail, row = await delivery(office)
    await work_off()
    await MailOut.filter(workspace_id=office.workspace_id, id=mail.id).update(state=MailState.QUEUED)
    await OutboxRow.filter(workspace_id=office.workspace_id, id=row.id).update(done_at=None, offered_at=None)

    await work_off()

    assert office.letter()["Message-ID"] == mail.message_id
    assert [path.suffix for path in office.folder.glob("outbox/*")] == [".eml"]


async def test_a_password_that_the_server_does_not_take_costs_no_letter(office, mx, carl, monkeypatch):
    monkeypatch.setattr(settings, "smtp_url", settings.smtp_url.replace("//", "//us%40er:se%2Fcret@"))
    await ask(office, carl)

    await work_off()

    mail, row = await delivery(office)
    assert (mail.state, row.failure) == (
        MailState.QUEUED,
        "The mail server cannot be used (SMTPException).",
    )
