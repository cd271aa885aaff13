"""What was said and done on a ticket, as members and as its customer see it."""

import cast
import pytest

from models.ticket_enums import Channel, Priority, Status, TicketType
from models.ticket_orders import NEWEST_FIRST
from resolvers import comments, tickets, tokens
from schema.cursors import EPOCH, seq_cursor, ticket_cursor
from schema.ids import global_id
from schema.nodes import id_of

TIMELINE = """
query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  ticket(id: $id) { timeline(first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
    edges { cursor node {
      ... on Comment { body isPublic author { ... on Member { name } ... on Contact { name } } }
      ... on TicketEvent { kind actor { ... on Member { name } } changes { field before after } }
    } }
  } }
}"""
CUSTOMERS = """
{ ticket { timeline { totalCount nodes {
  ... on Comment { body isFromCustomer authorName } ... on StatusChange { before after }
} } } }"""


@pytest.fixture
async def story(ada: cast.Somebody, grace: cast.Somebody, ticket) -> None:
    """Ada replies and takes a note, Carl writes back, Grace gives the ticket to Ada and resolves it."""
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))
    await comments.reply(ada.actor, ticket.id, "On our way.", status=Status.WAITING)
    await comments.note(ada.actor, ticket.id, "He is always so impatient.")
    await comments.customer_reply(carl, "Hurry.", Channel.PORTAL)
    await tickets.update(grace.actor, ticket.id, {"assignee_id": ada.member.id, "priority": Priority.HIGH})
    await tickets.update(grace.actor, ticket.id, {"status": Status.RESOLVED, "title": "It burns"})


async def test_members_see_what_was_said_and_done_in_the_order_it_happened(web, ada, ticket, story):
    timeline = (await web.run(TIMELINE, ada.key, id=id_of(ticket)))["ticket"]["timeline"]

    nodes = [edge["node"] for edge in timeline["edges"]]
    assert [node.get("body") or node["kind"] for node in nodes] == [
        "CREATED",
        "On our way.",
        "He is always so impatient.",
        "Hurry.",
        "UPDATED",
        "UPDATED",
    ]
    assert [(node.get("author") or node.get("actor"))["name"] for node in nodes] == [
        *("Ada", "Ada", "Ada", "Carl Customer", "Grace", "Grace")
    ]
    assert timeline["totalCount"] == 6


async def test_an_event_says_what_changed_in_the_words_of_the_schema(web, ada, ticket, story):
    timeline = (await web.run(TIMELINE, ada.key, id=id_of(ticket), last=2))["ticket"]["timeline"]

    changes = [edge["node"]["changes"] for edge in timeline["edges"]]
    assert _by_field(changes[0]) == {
        "assignee": (None, id_of(ada.member)),
        "priority": ("MEDIUM", "HIGH"),
    }
    assert _by_field(changes[1]) == {"title": (None, None), "status": ("IN_PROGRESS", "RESOLVED")}


async def test_every_property_that_can_change_is_told_under_its_name_in_the_schema(web, ada, ticket):
    values = {
        "type": TicketType.BUG_REPORT,
        "description": "It burns.",
        "contact_id": None,
        "is_internal": True,
    }
    await tickets.update(ada.actor, ticket.id, values)  # type: ignore[arg-type]

    timeline = (await web.run(TIMELINE, ada.key, id=id_of(ticket), last=1))["ticket"]["timeline"]

    assert _by_field(timeline["edges"][0]["node"]["changes"]) == {
        "type": ("SUPPORT_TICKET", "BUG_REPORT"),
        "description": (None, None),
        "contact": (global_id("Contact", ticket.contact_id), None),
        "isInternal": ("false", "true"),
    }


async def test_the_customer_sees_replies_and_statuses_and_nothing_else(web, ada, ticket, story):
    token = await cast.token_of(ticket, ada.actor)

    timeline = (await web.run(CUSTOMERS, token, path="/public/graphql"))["ticket"]["timeline"]

    assert timeline["nodes"] == [
        {"before": None, "after": "OPEN"},
        {"body": "On our way.", "isFromCustomer": False, "authorName": "Ada"},
        {"body": "Hurry.", "isFromCustomer": True, "authorName": "Carl Customer"},
        {"before": "IN_PROGRESS", "after": "RESOLVED"},
    ]
    assert timeline["totalCount"] == 4


@pytest.mark.parametrize("size", [1, 4, 7, 100])
async def test_its_pages_hold_each_item_once_in_both_directions(web, ada, ticket, size):
    for number in range(12):
        await comments.reply(ada.actor, ticket.id, f"{number}")

    forward = await _walk(web, ada, ticket, size, ("first", "after", "hasNextPage", "endCursor"))
    backward = await _walk(web, ada, ticket, size, ("last", "before", "hasPreviousPage", "startCursor"))

    expected = [None, *(f"{number}" for number in range(12))]
    assert [body for page in forward for body in page] == expected
    assert [body for page in reversed(backward) for body in page] == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 101},
        {"last": 0},
        {"first": 1, "last": 1},
        {"after": "?"},
        {"before": ticket_cursor(NEWEST_FIRST, (EPOCH, 1))},
        {"first": 1, "before": seq_cursor(1)},
    ],
    ids=str,
)
async def test_bad_sizes_and_cursors_of_a_timeline_are_the_callers_mistake(web, ada, ticket, arguments):
    answer = await web.post(TIMELINE, ada.key, id=id_of(ticket), **arguments)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


def _by_field(changes: list[dict]) -> dict[str, tuple[str | None, str | None]]:
    return {change["field"]: (change["before"], change["after"]) for change in changes}


async def _walk(web, ada, ticket, size: int, words: tuple[str, str, str, str]) -> list[list[str | None]]:
    """Return what was said on each page, from one end to the other; None for an event."""
    count, place, more, at = words
    given: dict[str, object] = {count: size}
    pages = []
    while True:
        page = (await web.run(TIMELINE, ada.key, id=id_of(ticket), **given))["ticket"]["timeline"]
        pages.append([edge["node"].get("body") for edge in page["edges"]])
        if not page["pageInfo"][more]:
            return pages
        given[place] = page["pageInfo"][at]
