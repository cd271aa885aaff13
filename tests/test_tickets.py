"""Creating and editing tickets."""

import asyncio

import pytest

from models.actors import Actor, ActorKind
from models.clock import now
from models.contacts import Contact
from models.errors import Conflict, Forbidden, Invalid, NotFound, StaleObject
from models.events import Event, Kind
from models.labels import Label, LabelColor, TicketLabel
from models.members import Member
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.tickets import Ticket
from resolvers import access, keys, tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket


async def events_of(actor: Actor, ticket: Ticket) -> list[Event]:
    return await access.events(actor).filter(ticket_id=ticket.id).order_by("seq")


async def fresh(actor: Actor, ticket: Ticket) -> Ticket:
    return await access.tickets(actor).get(id=ticket.id)


async def contact_in(workspace_id: int, email: str | None) -> Contact:
    return await Contact.create(workspace_id=workspace_id, name="Dora", email=email, created_at=now())


async def test_a_new_ticket_has_the_defaults_of_one_taken_by_phone(ada):
    ticket = await fresh(ada.actor, await tickets.create(ada.actor, NewTicket("Help")))

    assert (ticket.reference, ticket.version) == ("TKT-0001", 1)
    assert (ticket.status, ticket.priority) == (Status.OPEN, Priority.MEDIUM)
    assert (ticket.type, ticket.channel) == (TicketType.SUPPORT_TICKET, Channel.PHONE)
    assert (ticket.is_public, ticket.contact_id, ticket.assignee_id) == (False, None, None)
    assert [event.kind for event in await events_of(ada.actor, ticket)] == [Kind.CREATED]


async def test_a_ticket_made_by_a_key_came_in_by_the_api(ada):
    by_key = await keys.authenticate(ada.key)

    ticket = await tickets.create(by_key, NewTicket("Help"))

    assert by_key.kind is ActorKind.API_KEY
    assert ticket.channel is Channel.API


async def test_a_channel_that_is_given_is_kept(ada):
    ticket = await tickets.create(ada.actor, NewTicket("Help", channel=Channel.CHAT))

    assert ticket.channel is Channel.CHAT


async def test_references_are_neither_used_twice_nor_skipped_by_creations_that_fail(ada, eve):
    async def create(nth: int) -> Ticket:
        title = "" if nth % 3 == 0 else f"Ticket {nth}"
        label = (999,) if nth % 3 == 1 else ()  # is found to be unknown after the number was taken
        return await tickets.create(ada.actor, NewTicket(title, label_ids=label))

    ends = await asyncio.gather(*(create(nth) for nth in range(60)), return_exceptions=True)
    elsewhere = await tickets.create(eve.actor, NewTicket("Globex's first"))

    made = [end for end in ends if isinstance(end, Ticket)]
    assert {type(end) for end in ends} == {Ticket, Invalid, NotFound}
    assert sorted(ticket.number for ticket in made) == list(range(1, 21))
    assert elsewhere.number == 1


async def test_a_viewer_cannot_create_a_ticket(vic):
    with pytest.raises(Forbidden):
        await tickets.create(vic.actor, NewTicket("Help"))


async def test_labels_are_put_on_a_new_ticket_once_each(ada):
    label = await Label.create(
        workspace_id=ada.actor.workspace_id, name="vip", color=LabelColor.RED, created_at=now()
    )

    ticket = await tickets.create(ada.actor, NewTicket("Help", label_ids=(label.id, label.id)))

    put = await TicketLabel.filter(workspace_id=ada.actor.workspace_id)
    assert [(row.ticket_id, row.label_id) for row in put] == [(ticket.id, label.id)]


@pytest.mark.parametrize("noun", ["label", "contact", "assignee"])
async def test_nothing_of_eves_workspace_can_be_put_on_a_new_ticket(ada, eve, noun):
    there = eve.actor.workspace_id
    label = await Label.create(workspace_id=there, name="vip", color=LabelColor.RED, created_at=now())
    contact = await contact_in(there, "dora@example.org")
    new = {
        "label": NewTicket("Help", label_ids=(label.id,)),
        "contact": NewTicket("Help", contact=ContactRef(id=contact.id)),
        "assignee": NewTicket("Help", assignee_id=eve.member.id),
    }[noun]

    with pytest.raises(NotFound):
        await tickets.create(ada.actor, new)

    assert await access.tickets(ada.actor).count() == 0


async def test_an_address_becomes_one_contact_however_often_it_writes(ada, eve):
    ref = ContactRef(email=" Dora@Example.org ", name="Dora")

    made = await asyncio.gather(*(tickets.create(ada.actor, NewTicket("Help", contact=ref)) for _ in "12345"))
    elsewhere = await tickets.create(eve.actor, NewTicket("Help", contact=ref))

    [contact] = await access.contacts(ada.actor).filter(email="dora@example.org")
    assert {ticket.contact_id for ticket in made} == {contact.id}
    assert elsewhere.contact_id != contact.id


async def test_an_edit_is_one_event_that_names_every_change_but_no_text(ada, grace, ticket):
    values = {
        "title": "Renamed",
        "description": "Long ago.",
        "priority": Priority.URGENT,
        "assignee_id": grace.member.id,
        "status": Status.WAITING,
    }

    edited = await tickets.update(ada.actor, ticket.id, values)  # type: ignore[arg-type]

    event = (await events_of(ada.actor, ticket))[-1]
    assert (edited.version, event.kind, event.member_id) == (2, Kind.UPDATED, ada.member.id)
    assert event.changes == {
        "title": None,
        "description": None,
        "priority": ["MEDIUM", "URGENT"],
        "assignee": [None, grace.member.id],
        "status": ["OPEN", "WAITING"],
    }
    assert (await fresh(ada.actor, ticket)).title == "Renamed"


async def test_an_edit_that_changes_nothing_is_no_event_and_no_version(ada, ticket):
    same = {"title": f" {ticket.title} ", "status": ticket.status, "contact_id": ticket.contact_id}

    edited = await tickets.update(ada.actor, ticket.id, same)  # type: ignore[arg-type]

    assert edited.version == 1
    assert len(await events_of(ada.actor, ticket)) == 1


async def test_the_version_counts_edits_that_changed_something(ada, ticket):
    for title in ("One", "One", "Two"):
        await tickets.update(ada.actor, ticket.id, {"title": title})

    assert (await fresh(ada.actor, ticket)).version == 3


async def test_of_two_edits_of_the_same_version_the_second_is_refused_and_shown_the_first(ada, grace, ticket):
    ends = await asyncio.gather(
        tickets.update(ada.actor, ticket.id, {"title": "Ada's"}, expected_version=1),
        tickets.update(grace.actor, ticket.id, {"title": "Grace's"}, expected_version=1),
        return_exceptions=True,
    )

    [won] = [end for end in ends if isinstance(end, Ticket)]
    [lost] = [end for end in ends if isinstance(end, StaleObject)]
    assert (await fresh(ada.actor, ticket)).title == won.title
    assert isinstance(lost.row, Ticket)
    assert (lost.row.title, lost.row.version) == (won.title, 2)


async def test_a_status_that_cannot_be_reached_is_refused_with_all_that_came_with_it(ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})

    with pytest.raises(Conflict):
        await tickets.update(ada.actor, ticket.id, {"status": Status.WAITING, "title": "Never seen"})

    kept = await fresh(ada.actor, ticket)
    assert (kept.status, kept.title, kept.version) == (Status.CLOSED, ticket.title, 2)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  The \t printer\r\nburns ", "The printer burns"),
        ("Null\0 and bell\a", "Null and bell"),
        ("Half a pair \ud83d", "Half a pair"),
        ("Cafe\u0301", "Café"),
        ("x" * 200, "x" * 200),
        ("🔥" * 200, "🔥" * 200),
        ("<b>'; DROP TABLE ticket; --", "<b>'; DROP TABLE ticket; --"),
    ],
)
async def test_titles_are_one_clean_line(ada, typed, kept):
    made = await tickets.create(ada.actor, NewTicket(typed))

    assert (await fresh(ada.actor, made)).title == kept


@pytest.mark.parametrize("title", ["", " \t\n", "\0\x01", "x" * 201])
async def test_titles_that_are_empty_or_too_long_are_refused(ada, ticket, title):
    with pytest.raises(Invalid) as creating:
        await tickets.create(ada.actor, NewTicket(title))
    with pytest.raises(Invalid) as editing:
        await tickets.update(ada.actor, ticket.id, {"title": title})

    assert creating.value.path == editing.value.path == ("input", "title")


async def test_a_ticket_is_given_to_nobody_who_cannot_reply(ada, vic, ticket):
    with pytest.raises(Invalid) as refusal:
        await tickets.update(ada.actor, ticket.id, {"assignee_id": vic.member.id})

    assert refusal.value.path == ("input", "assigneeId")


async def test_a_ticket_is_given_to_nobody_who_was_removed(ada, grace, ticket):
    removed = Member.filter(workspace_id=ada.actor.workspace_id, id=grace.member.id)
    await removed.update(removed_at=now())

    with pytest.raises(NotFound):
        await tickets.update(ada.actor, ticket.id, {"assignee_id": grace.member.id})


@pytest.mark.parametrize("noun", ["assignee", "contact"])
async def test_nothing_of_eves_workspace_can_be_put_on_a_ticket(ada, eve, ticket, noun):
    stranger = await contact_in(eve.actor.workspace_id, "dora@example.org")
    values = {"assignee": {"assignee_id": eve.member.id}, "contact": {"contact_id": stranger.id}}

    with pytest.raises(NotFound):
        await tickets.update(ada.actor, ticket.id, values[noun])  # type: ignore[arg-type]


async def test_eve_finds_no_ticket_of_another_workspace_to_edit(ada, eve, ticket):
    with pytest.raises(NotFound):
        await tickets.update(eve.actor, ticket.id, {"title": "Mine"})

    assert (await fresh(ada.actor, ticket)).title == ticket.title


async def test_a_viewer_may_see_a_ticket_but_not_edit_it(vic, ticket):
    with pytest.raises(Forbidden):
        await tickets.update(vic.actor, ticket.id, {"title": "Mine"})


@pytest.mark.parametrize(
    ("email", "is_internal", "is_public"),
    [("dora@example.org", False, True), ("dora@example.org", True, False), (None, False, False)],
)
async def test_a_ticket_is_public_when_its_contact_has_an_address_and_nobody_hid_it(
    ada, email, is_internal, is_public
):
    contact = await contact_in(ada.actor.workspace_id, email)
    new = NewTicket("Help", contact=ContactRef(id=contact.id), is_internal=is_internal)

    ticket = await tickets.create(ada.actor, new)

    assert (await fresh(ada.actor, ticket)).is_public is is_public
    assert (await events_of(ada.actor, ticket))[0].is_public is is_public


async def test_hiding_a_ticket_and_showing_it_again_makes_it_public_again(ada, ticket):
    hidden = await tickets.update(ada.actor, ticket.id, {"is_internal": True})
    was_public = hidden.is_public

    shown = await tickets.update(ada.actor, ticket.id, {"is_internal": False})

    assert (was_public, shown.is_public) == (False, True)


async def test_a_ticket_that_loses_its_contact_is_not_public(ada, ticket):
    edited = await tickets.update(ada.actor, ticket.id, {"contact_id": None})

    assert (await fresh(ada.actor, edited)).is_public is False


async def test_a_customer_sees_that_the_status_moved_and_no_other_edit(ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"priority": Priority.LOW})
    await tickets.update(ada.actor, ticket.id, {"status": Status.RESOLVED})

    seen = [event.is_public for event in await events_of(ada.actor, ticket)]
    assert seen == [True, False, True]
