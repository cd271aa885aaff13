"""Giving tickets to members."""

import pytest

from models.errors import Conflict, Invalid, NotFound, StaleObject
from models.events import Kind
from resolvers import access, archive, assignments, tickets
from schema.nodes import id_of

ASSIGN = """
mutation ($input: TicketAssignInput!) { ticketAssign(input: $input) {
  errors { code path } ticket { version assignee { name } }
} }"""


async def test_a_ticket_is_given_to_a_member_and_taken_from_them(web, ada, grace, ticket):
    given = await web.run(
        ASSIGN, ada.key, input={"ticketId": id_of(ticket), "assigneeId": id_of(grace.member)}
    )
    taken = await web.run(ASSIGN, ada.key, input={"ticketId": id_of(ticket), "assigneeId": None})

    assert given["ticketAssign"] == {"errors": [], "ticket": {"version": 2, "assignee": {"name": "Grace"}}}
    assert taken["ticketAssign"] == {"errors": [], "ticket": {"version": 3, "assignee": None}}
    events = await access.events(ada.actor).filter(kind=Kind.ASSIGNED).order_by("seq")
    assert [event.changes for event in events] == [
        {"assignee": [None, grace.member.id]},
        {"assignee": [grace.member.id, None]},
    ]
    assert not any(event.is_public for event in events)


async def test_a_member_who_has_it_already_is_given_it_without_an_event(ada, ticket):
    await assignments.assign(ada.actor, ticket.id, ada.member.id)

    again = await assignments.assign(ada.actor, ticket.id, ada.member.id)

    assert again.version == 2
    assert await access.head(ada.actor) == 2


async def test_it_must_be_said_whose_it_becomes(web, ada, ticket):
    payload = (await web.run(ASSIGN, ada.key, input={"ticketId": id_of(ticket)}))["ticketAssign"]

    assert payload["errors"] == [{"code": "BAD_USER_INPUT", "path": ["input", "assigneeId"]}]


async def test_who_is_gone_only_looks_on_or_is_elsewhere_is_given_no_ticket(ada, grace, vic, eve, ticket):
    rows = grace.member.filter(workspace_id=ada.actor.workspace_id, id=grace.member.id)
    await rows.update(removed_at=ticket.created_at)

    with pytest.raises(NotFound):
        await assignments.assign(ada.actor, ticket.id, grace.member.id)
    with pytest.raises(NotFound):
        await assignments.assign(ada.actor, ticket.id, eve.member.id)
    with pytest.raises(Invalid, match="Vic can only look"):
        await assignments.assign(ada.actor, ticket.id, vic.member.id)


async def test_a_ticket_that_changed_meanwhile_or_is_archived_is_given_to_nobody(ada, olga, ticket):
    await tickets.update(ada.actor, ticket.id, {"title": "Renamed"})

    with pytest.raises(StaleObject):
        await assignments.assign(ada.actor, ticket.id, ada.member.id, expected_version=1)
    await archive.archive(olga.actor, ticket.id)
    with pytest.raises(Conflict, match="archived"):
        await assignments.assign(ada.actor, ticket.id, ada.member.id)


async def test_eve_gives_nobody_a_ticket_of_another_workspace(eve, ticket):
    with pytest.raises(NotFound):
        await assignments.assign(eve.actor, ticket.id, eve.member.id)
