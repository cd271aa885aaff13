"""Escalating tickets."""

import pytest

from models.errors import Conflict, NotFound, StaleObject
from models.events import Kind
from models.ticket_enums import Priority, Status
from resolvers import access, archive, escalations, tickets
from schema.nodes import id_of

ESCALATE = """
mutation ($input: TicketEscalateInput!) { ticketEscalate(input: $input) {
  errors { code path } ticket { priority updatedAt escalation { reason escalatedAt } viewerCanEscalate }
} }"""


async def test_an_escalated_ticket_is_urgent_and_says_why(web, ada, ticket):
    values = {"ticketId": id_of(ticket), "reason": " The fire reached the roof. "}

    payload = (await web.run(ESCALATE, ada.key, input=values))["ticketEscalate"]

    assert payload["errors"] == []
    assert payload["ticket"] == {
        "priority": "URGENT",
        "updatedAt": payload["ticket"]["updatedAt"],
        "escalation": {
            "reason": "The fire reached the roof.",
            "escalatedAt": payload["ticket"]["updatedAt"],
        },
        "viewerCanEscalate": False,
    }


async def test_an_escalation_is_one_event_that_tells_neither_the_reason_nor_the_customer(ada, ticket):
    await escalations.escalate(ada.actor, ticket.id, "The fire reached the roof.")

    event = await access.events(ada.actor).get(seq=2)
    assert (event.kind, event.is_public) == (Kind.ESCALATED, False)
    assert event.changes == {"priority": ["MEDIUM", "URGENT"]}


@pytest.mark.parametrize("reason", ["", " \n", "x" * 2001], ids=["empty", "blank", "too long"])
async def test_a_reason_is_required_and_has_its_bounds(web, ada, ticket, reason):
    values = {"ticketId": id_of(ticket), "reason": reason}

    payload = (await web.run(ESCALATE, ada.key, input=values))["ticketEscalate"]

    assert payload == {
        "errors": [{"code": "BAD_USER_INPUT", "path": ["input", "reason"]}],
        "ticket": None,
    }


async def test_a_reason_of_2000_characters_is_kept_whole(ada, ticket):
    row = await escalations.escalate(ada.actor, ticket.id, "x" * 2000)

    assert row.escalation_reason == "x" * 2000


async def test_what_is_urgent_already_is_not_escalated(ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"priority": Priority.URGENT})

    with pytest.raises(Conflict, match="urgent already"):
        await escalations.escalate(ada.actor, ticket.id, "Again!")


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
async def test_what_is_over_is_not_escalated(ada, ticket, status):
    await tickets.update(ada.actor, ticket.id, {"status": status})

    with pytest.raises(Conflict, match="Reopen it first"):
        await escalations.escalate(ada.actor, ticket.id, "Again!")


async def test_a_ticket_that_changed_meanwhile_or_is_archived_is_not_escalated(ada, olga, ticket):
    await tickets.update(ada.actor, ticket.id, {"title": "Renamed"})

    with pytest.raises(StaleObject):
        await escalations.escalate(ada.actor, ticket.id, "Now!", expected_version=1)
    await archive.archive(olga.actor, ticket.id)
    with pytest.raises(Conflict, match="archived"):
        await escalations.escalate(ada.actor, ticket.id, "Now!")


async def test_eve_escalates_no_ticket_of_another_workspace(eve, ticket):
    with pytest.raises(NotFound):
        await escalations.escalate(eve.actor, ticket.id, "Now!")
