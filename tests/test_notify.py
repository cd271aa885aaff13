"""Who is told of what, once; and how little an address gets that has not proved itself."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from secrets import token_hex

import pytest
from office import Office, office_of

from jobs import claims
from jobs.claims import Claim
from jobs.notify import notify
from jobs.relay import work_off
from models import clock
from models.actors import customer
from models.database import fetch, run_tx
from models.events import Kind
from models.letters import Letter
from models.mails import MailState
from models.outbox import OutboxRow
from models.reactions import NOTICES, Audience, Means, Notice
from models.ticket_enums import Channel, Status
from resolvers import comments, tickets
from resolvers.contacts import ContactRef


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
def theirs(office, eve) -> Office:
    return Office(office.url, eve.actor, office.folder)


@pytest.fixture
def carl() -> ContactRef:
    return ContactRef(email=f"carl-{token_hex(4)}@x.example", name="Carl")


async def told(office: Office) -> list[tuple[Letter, MailState]]:
    await work_off()
    return [(mail.letter, mail.state) for mail in await office.mails()]


@asynccontextmanager
async def held(row: OutboxRow) -> AsyncGenerator[asyncio.Event]:
    """Keep the row locked until the event is set."""
    has_begun, release = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        await OutboxRow.filter(workspace_id=row.workspace_id, id=row.id).select_for_update()
        has_begun.set()
        await release.wait()

    holding = asyncio.create_task(run_tx(hold))
    await has_begun.wait()
    try:
        yield release
    finally:
        release.set()
        await holding


async def notifying(row: OutboxRow) -> asyncio.Task[None]:
    claim = Claim(row.workspace_id, row.id, row.reaction, row.event_id, None, 1, row.fence, 0)
    return asyncio.create_task(notify(claim))


async def until_waiting(count: int) -> None:
    """Wait until so many transactions wait for a lock."""
    async with asyncio.timeout(5):
        while (await fetch("SELECT count(*) FROM pg_locks WHERE NOT granted"))[0]["count"] < count:
            await asyncio.sleep(0.01)


async def test_a_new_ticket_is_acknowledged_to_its_customer(office, carl):
    await office.create(contact=carl)

    assert await told(office) == [(Letter.ACKNOWLEDGEMENT, MailState.SENT)]
    assert office.letter()["To"] == carl.email


async def test_a_reply_reaches_the_customer(office):
    ticket = await office.create()
    await office.forget_letters()

    await office.reply(ticket)

    assert (await told(office))[1:] == [(Letter.REPLY, MailState.SENT)]


async def test_a_note_tells_nobody(office):
    ticket = await office.create()
    await office.forget_letters()

    await comments.note(office.ada, ticket.id, "He is lying.")

    await work_off()
    assert office.inbox() == []


@pytest.mark.parametrize("values", [{"contact": None}, {"is_internal": True}])
async def test_a_ticket_that_is_not_public_tells_no_customer(office, values):
    ticket = await office.create(**values)

    await office.reply(ticket)

    assert await told(office) == []


async def test_a_ticket_that_was_hidden_meanwhile_tells_no_customer(office):
    ticket = await office.create()

    await tickets.update(office.ada, ticket.id, {"is_internal": True})

    assert await told(office) == []


async def test_nobody_is_told_of_what_they_did_themselves(office, monkeypatch):
    notice = Notice(Audience.CUSTOMER, Letter.REPLY, (Means.EMAIL,))
    monkeypatch.setitem(NOTICES, Kind.CUSTOMER_REPLIED, (notice,))
    ticket = await office.create()
    await office.forget_letters()
    assert ticket.contact_id
    carl = customer(office.workspace_id, ticket.contact_id, ticket.id, 1)

    await comments.customer_reply(carl, "It still burns.", Channel.PORTAL)

    await work_off()
    assert (len(await office.rows()), office.inbox()) == (3, [])


async def test_a_customer_who_begins_a_ticket_has_it_acknowledged(office):
    ticket = await office.create()
    await office.prove(ticket)
    await tickets.update(office.ada, ticket.id, {"status": Status.CLOSED})
    await office.forget_letters()
    assert ticket.contact_id
    carl = customer(office.workspace_id, ticket.contact_id, ticket.id, 1)

    with clock.stand_at(clock.now() + timedelta(days=15)):
        await comments.customer_reply(carl, "It burns again.", Channel.PORTAL)
        await work_off()

    assert office.letter()["Subject"] == f"[TKT-0002] {ticket.title}"


async def test_telling_twice_of_one_event_writes_one_letter(office):
    await office.create()
    [row] = await office.rows()
    await work_off()
    await fetch(
        "UPDATE outbox SET done_at = NULL WHERE workspace_id = $1 AND id = $2", office.workspace_id, row.id
    )
    again = await claims.take(office.workspace_id, row.id)
    assert again

    await notify(again)

    assert (len(await office.mails()), len(await office.rows())) == (1, 2)


async def test_a_second_automatic_letter_in_ten_minutes_is_held(office, carl):
    await office.create(contact=carl)
    await work_off()

    await office.create(contact=carl)

    states = [state for _, state in await told(office)]
    assert states == [MailState.SENT, MailState.HELD]


async def test_after_ten_minutes_there_is_another_automatic_letter(office, carl):
    await office.create(contact=carl)
    await work_off()

    with clock.stand_at(clock.now() + timedelta(minutes=10, seconds=1)):
        await office.create(contact=carl)
        states = [state for _, state in await told(office)]

    assert states == [MailState.SENT, MailState.SENT]


async def test_a_sixth_automatic_letter_in_a_day_is_held(office, carl):
    begun = clock.now()

    for nth in range(7):
        with clock.stand_at(begun + timedelta(hours=4.5 * nth)):
            await office.create(contact=carl)
            await work_off()

    # The seventh comes 27 hours after the first, so that only four are within its day.
    states = [state for _, state in await told(office)]
    assert states == [MailState.SENT] * 5 + [MailState.HELD, MailState.SENT]


async def test_the_limit_holds_over_all_workspaces(office, theirs, carl):
    await theirs.create(contact=carl)
    await work_off()

    await office.create(contact=carl)

    assert await told(office) == [(Letter.ACKNOWLEDGEMENT, MailState.HELD)]


async def test_of_two_tickets_told_at_once_one_letter_is_held(office, carl):
    await office.create(contact=carl)
    await office.create(contact=carl)
    first, second = await office.rows()
    async with held(first) as release:
        # The first cannot end its row, so its letter is written and not yet committed.
        jobs = [await notifying(first)]
        await until_waiting(1)
        jobs.append(await notifying(second))
        await until_waiting(2)
        release.set()
        await asyncio.gather(*jobs)

    states = sorted(mail.state for mail in await office.mails())
    assert states == [MailState.HELD, MailState.QUEUED]


async def test_an_address_that_has_proved_itself_has_no_limit(office, carl):
    await office.prove(await office.create(contact=carl))
    await work_off()

    await office.create(contact=carl)

    assert [state for _, state in await told(office)] == [MailState.SENT, MailState.SENT]


async def test_replies_are_never_held(office):
    ticket = await office.create()
    await work_off()

    for _ in range(6):
        await office.reply(ticket)

    assert (await told(office))[1:] == [(Letter.REPLY, MailState.SENT)] * 6
