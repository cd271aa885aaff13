"""A mail's way to its ticket: a new one or the one that it answers. Each once, and none lost."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import permutations

import pytest
from office import Office, office_of
from postbox import arrived, letter, letter_id, listening, placed, post, said_on, tickets_of

from jobs import claims
from jobs.figures import mail_in_figures
from jobs.mail import receive
from jobs.mail.sheets import MARKER
from jobs.relay import work_off
from jobs.work import work
from models.actors import system
from models.contacts import Contact
from models.database import fetch
from models.events import Event, Kind
from models.inbound import MailKind
from models.mails import MailOutcome
from models.outbox import OutboxRow
from models.reactions import Reaction
from models.ticket_enums import Channel, Status
from resolvers import comments, inbound, tickets, tokens
from settings import settings


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    office = office_of(desk, database_url, tmp_path, monkeypatch)
    monkeypatch.setattr(settings, "base_url", "http://localhost:8000")
    return office


@pytest.fixture
async def port(office) -> AsyncGenerator[int]:
    async with listening() as port:
        yield port


@pytest.fixture
async def address(ticket, ada) -> str:
    """Where Carl's answers on his ticket go to."""
    token = await tokens.reply_token(ada.actor, ticket.id, ticket.contact_id)
    return f"r-{token}@localhost"


async def test_a_mail_becomes_a_ticket_of_its_sender_and_is_acknowledged(port, desk, office):
    await post(port, letter("It burns.", **{"from": "Dora <Dora@x.example>"}), sender="dora@x.example")

    [mail] = await placed(desk.acme.id)
    [ticket] = await tickets_of(desk.acme.id)
    contact = await Contact.get(workspace_id=desk.acme.id, id=ticket.contact_id)
    assert (mail.outcome, mail.ticket_id, mail.kind) == (MailOutcome.NEW, ticket.id, MailKind.PERSONAL)
    assert (ticket.title, ticket.description) == ("The printer is on fire", "It burns.")
    assert (ticket.channel, ticket.is_public) == (Channel.EMAIL, True)
    assert (contact.name, contact.email) == ("Dora", "dora@x.example")
    assert office.letter()["To"] == "dora@x.example"


async def test_the_customer_did_it_and_nobody_else(port, desk):
    await post(port, letter())

    await placed(desk.acme.id)
    [event] = await Event.filter(workspace_id=desk.acme.id)
    assert (event.kind, event.actor_kind, event.contact_id) == (Kind.CREATED, "CUSTOMER", desk.carl.id)


async def test_an_answer_to_the_reply_address_is_on_the_ticket(port, desk, ticket, ada, address):
    await tickets.update(ada.actor, ticket.id, {"status": Status.RESOLVED})
    text = f"It burns again.\n\nOn Mon, 24 Nov 2026, Acme <{address}> wrote:\n> {MARKER}\n> Solved?"

    await post(port, letter(text, to=address))

    [mail] = await placed(desk.acme.id)
    [same] = await tickets_of(desk.acme.id)
    assert (mail.outcome, mail.ticket_id) == (MailOutcome.THREADED, ticket.id)
    assert mail.comment_id
    assert (await said_on(ticket), same.status) == (["It burns again."], Status.OPEN)
    event = await Event.filter(workspace_id=desk.acme.id).order_by("-seq").first()
    assert event and (event.kind, event.contact_id) == (Kind.CUSTOMER_REPLIED, desk.carl.id)


@pytest.mark.parametrize("header", ["to", "cc", "delivered_to", "x_original_to", "envelope_to"])
async def test_the_reply_address_counts_wherever_it_stands(port, desk, ticket, address, header):
    await post(port, letter(**{header: address}), "acme@localhost")

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, mail.ticket_id) == (MailOutcome.THREADED, ticket.id)


async def test_the_reply_address_counts_on_the_envelope_alone(port, desk, ticket, address):
    await post(port, letter(to="acme@localhost"), address)

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, mail.ticket_id) == (MailOutcome.THREADED, ticket.id)


@pytest.mark.parametrize("header", ["in_reply_to", "references"])
async def test_an_answer_to_our_letter_from_its_customer_is_on_the_ticket(port, desk, ticket, header):
    ours = await letter_id(desk.acme.id, ticket.id)

    await post(port, letter("Still.", **{header: f"<other@x> {ours}"}))

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, await said_on(ticket)) == (MailOutcome.THREADED, ["Still."])


async def test_an_answer_long_after_the_end_is_a_ticket_that_follows(port, desk, ticket, ada, address, clock):
    await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})
    clock.move(days=15)

    await post(port, letter(to=address))

    [mail] = await placed(desk.acme.id)
    _, later = await tickets_of(desk.acme.id)
    assert (mail.outcome, mail.ticket_id, later.follows_id) == (MailOutcome.THREADED, later.id, ticket.id)


async def test_texts_and_names_beyond_measure_are_cut(port, desk):
    long = letter("x" * 120_000, subject="y " * 400, **{"from": f'"{"z" * 500}" <long@x.example>'})

    await post(port, long)

    [mail] = await placed(desk.acme.id)
    [ticket] = await tickets_of(desk.acme.id)
    assert (mail.outcome, len(ticket.description)) == (MailOutcome.NEW, 100_000)


async def test_of_two_who_place_a_mail_one_does(port, desk, ticket, address):
    await post(port, letter(to=address))
    [mail] = await arrived(desk.acme.id)
    [job] = await OutboxRow.filter(workspace_id=desk.acme.id, reaction=Reaction.RECEIVE)
    first = await claims.take(desk.acme.id, job.id)
    assert first is not None
    await fetch(
        "UPDATE outbox SET lease_until = now() WHERE workspace_id = $1 AND id = $2", desk.acme.id, job.id
    )

    second = asyncio.create_task(work(desk.acme.id, job.id))
    with pytest.raises(claims.Stale):
        await second
        await receive._place(first, mail, await receive.parse(mail.source))

    assert await said_on(ticket) == ["It burns."]


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_mails_delivered_three_times_in_any_order_are_placed_once(port, desk, ticket, address, order):
    mails = [letter(str(number), to=address) for number in range(3)]

    for number in order:
        await post(port, mails[number])
    for again in (*mails, *mails):
        await post(port, again)
        await placed(desk.acme.id)

    assert await said_on(ticket) == [str(number) for number in order]
    assert len(await arrived(desk.acme.id)) == 3


async def test_all_mails_are_accounted_for(port, desk, ticket, address):
    sent = (letter(), letter(to=address), letter(auto_submitted="auto-replied"), letter("", subject=""))

    for mail in sent:
        await post(port, mail)
    before = await mail_in_figures()
    await placed(desk.acme.id)
    after = await mail_in_figures()

    assert (before.received, before.waiting) == (4, 4)
    assert (after.received, after.waiting) == (4, 0)
    assert (after.threaded, after.new, after.system, after.quarantined) == (1, 1, 1, 1)


async def test_a_note_beside_it_is_untouched_and_unseen(port, desk, ticket, ada, address):
    await comments.note(ada.actor, ticket.id, "canary")

    await post(port, letter("Hello.", to=address))

    await placed(desk.acme.id)
    assert await said_on(ticket) == ["canary", "Hello."]


async def test_a_placing_that_fails_half_way_leaves_nothing(port, desk):
    async def fail() -> None:
        raise claims.Stale

    await post(port, letter(**{"from": "dora@x.example"}))
    [mail] = await arrived(desk.acme.id)
    parsed = await receive.parse(mail.source)

    with pytest.raises(claims.Stale):
        await inbound.place(system(desk.acme.id), mail.id, parsed, inbound.Leads(), fail)

    assert await tickets_of(desk.acme.id) == []
    assert not await Contact.exists(workspace_id=desk.acme.id, email="dora@x.example")


async def test_an_answer_to_a_letter_as_it_was_sent_comes_back_to_its_ticket(port, desk, office):
    ticket = await office.create()
    await office.reply(ticket, "Use water.")
    await work_off()
    [sent] = [each for each in office.inbox() if "We answered" in each["Subject"]]

    await post(port, letter("I did.", to=str(sent["Reply-To"])))

    [mail] = await placed(desk.acme.id)
    assert (mail.outcome, await said_on(ticket)) == (MailOutcome.THREADED, ["Use water.", "I did."])


async def test_two_jobs_for_one_mail_place_it_once(port, desk):
    async def end() -> None:
        """There is no row to end."""

    await post(port, letter())
    [mail] = await arrived(desk.acme.id)
    parsed, leads = await receive.parse(mail.source), inbound.Leads()

    await asyncio.gather(
        *(inbound.place(system(desk.acme.id), mail.id, parsed, leads, end) for _ in range(2))
    )

    assert len(await tickets_of(desk.acme.id)) == 1


async def test_an_answer_without_a_word_says_so_on_the_ticket(port, desk, ticket, address):
    await post(port, letter("\n", to=address))

    await placed(desk.acme.id)
    assert await said_on(ticket) == ["(no text)"]
