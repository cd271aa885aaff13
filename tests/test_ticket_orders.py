"""Orders of lists of tickets: pages over ties in both directions, and that an index gives each of them."""

import re
from datetime import timedelta

import cast
import pytest
from crowds import insert_crowd
from running_web import RunningWeb

from models.clock import now
from models.database import fetch
from models.labels import Label, LabelColor
from models.tenancy import systemwide
from models.ticket_enums import Priority, Status
from models.ticket_filters import LIVE, Archived, AssigneeChoice, Between, TicketFilter
from models.ticket_orders import URGENCY, Direction, OrderField, TicketOrder
from resolvers import ticket_lists
from resolvers.lists import Window
from resolvers.ticket_filters import Parameters

PAGE = """
query ($order: TicketOrder, $first: Int, $after: String, $last: Int, $before: String) {
  tickets(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
    nodes { reference priority createdAt updatedAt }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
# Ten of each instant; the last tenth is not closed, the first is archived.
MANY = """
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel, assignee_id,
                    contact_id, is_internal, is_public, version, created_at, updated_at, archived_at,
                    escalated_at)
SELECT $1, 1000 + nth, 'Ticket ' || nth, '',
       CASE WHEN nth < $2 * 0.9 THEN 'CLOSED' ELSE (ARRAY['OPEN', 'WAITING', 'RESOLVED'])[1 + nth % 3] END,
       (ARRAY['URGENT', 'HIGH', 'MEDIUM', 'LOW', 'MEDIUM'])[1 + nth % 5], 'SUPPORT_TICKET', 'API',
       CASE WHEN nth % 7 < 2 THEN $3::bigint END, CASE WHEN nth % 500 = 0 THEN $4::bigint END,
       false, false, 1, at, at + nth % 2 * interval '1 hour', CASE WHEN nth < $2 * 0.1 THEN at END,
       CASE WHEN nth % 400 = 0 THEN at END
FROM generate_series(1, $2::int) AS nth,
     LATERAL (SELECT $5::timestamptz - (($2 - nth) / 10) * interval '15 minutes' AS at) AS instant
"""
LABEL = """
INSERT INTO ticket_label (workspace_id, ticket_id, label_id)
SELECT $1, id, $2 FROM ticket WHERE workspace_id = $1 AND number % $3 = 0
"""
ORDERS = [TicketOrder(field, direction) for field in OrderField for direction in Direction]
OF_EACH = pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.field}-{order.direction}")


@pytest.mark.parametrize("size", [7, 40])
@OF_EACH
async def test_pages_in_both_directions_hold_each_ticket_once_in_order(web, ada, desk, order, size):
    await _insert(desk, 40)

    forward = await _walk(web, ada.key, order, size, forward=True)
    backward = await _walk(web, ada.key, order, size, forward=False)

    rows = [row for page in forward for row in page]
    assert len({row["reference"] for row in rows}) == len(rows) == 37
    assert [row for page in reversed(backward) for row in page] == rows
    keys = [_key(order, row) for row in rows]
    assert keys == sorted(keys, reverse=order.direction is Direction.DESC)
    assert len(set(keys)) < len(keys)  # ties


async def test_the_most_urgent_come_first_and_the_newest_of_them(web, ada, desk):
    await _insert(desk, 40)

    [rows] = await _walk(web, ada.key, TicketOrder(OrderField.PRIORITY), 40, forward=True)

    assert [row["priority"] for row in rows[:3]] == ["URGENT"] * 3
    assert rows[0]["createdAt"] == max(row["createdAt"] for row in rows if row["priority"] == "URGENT")
    assert rows[-1]["priority"] == "LOW"


async def test_an_order_says_descending_unless_told_otherwise(web, ada, desk):
    await _insert(desk, 40)

    left_out = (await web.run(PAGE, ada.key, order={"field": "UPDATED_AT"}))["tickets"]
    said = (await web.run(PAGE, ada.key, order={"field": "UPDATED_AT", "direction": "DESC"}))["tickets"]

    assert left_out == said


@pytest.mark.parametrize("asked", [{}, {"field": "title"}, {"field": "CREATED_AT, id"}, {"direction": "ASC"}])
async def test_there_are_no_orders_but_those_of_the_schema(web, ada, asked):
    answer = await web.post(PAGE, ada.key, order=asked)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


def test_every_priority_has_its_urgency():
    assert sorted(URGENCY.values()) == [1, 2, 3, 4]
    assert set(URGENCY) == set(Priority)


async def test_the_database_knows_the_same_urgencies(desk):
    await _insert(desk, 40)

    found = await fetch("SELECT DISTINCT priority, urgency FROM ticket WHERE workspace_id = $1", desk.acme.id)

    assert {row["priority"]: row["urgency"] for row in found} == {str(p): u for p, u in URGENCY.items()}


LIVE_OPEN = TicketFilter(statuses=(Status.OPEN,), archived=Archived.EXCLUDED)
UNCLOSED = ("ticket_unclosed_newest", "ticket_unclosed_recent", "ticket_unclosed_urgent")
WHOLE = ("ticket_newest", "ticket_recent", "ticket_urgent")
SHAPES = [
    ("all", LIVE, WHOLE),
    ("open", LIVE_OPEN, UNCLOSED),
    ("not over", TicketFilter(statuses=(Status.OPEN, Status.WAITING), archived=Archived.EXCLUDED), UNCLOSED),
    ("closed", TicketFilter(statuses=(Status.CLOSED,), archived=Archived.EXCLUDED), WHOLE),
    ("mine", TicketFilter(assignee=AssigneeChoice.ME), ("ticket_assignee|ticket_newest", *WHOLE[1:])),
    (
        "archived",
        TicketFilter(archived=Archived.ONLY),
        ("ticket_archived_newest", "ticket_archived_recent", ""),
    ),
    (
        "urgent",
        TicketFilter(priorities=(Priority.URGENT,)),
        ("ticket_urgent", "ticket_recent", "ticket_urgent"),
    ),
]
"""Filters of many tickets, and the index that gives each order: of creation, of change, of priority."""


async def test_every_list_of_many_is_read_from_an_index_in_its_order(desk, ada):
    await _insert(desk, 20_000)

    for name, filter_, indexes in SHAPES:
        for order in ORDERS:
            for window in _windows(order):
                plan = await _plan(ada, filter_, order, window)

                wanted = indexes[list(OrderField).index(order.field)]
                assert not wanted or re.search(rf"Index Scan \S* ?using ({wanted}) ", plan), (
                    name,
                    order,
                    plan,
                )
                assert not re.search(r"Seq Scan|Sort|Bitmap", plan), (name, order, plan)
                assert window.place is None or re.search(r"Index Cond: .*ROW\(", plan), (name, order, plan)


FEW = [
    TicketFilter(contact_id=1),
    TicketFilter(is_escalated=True),
    TicketFilter(label_ids=(1,)),
    TicketFilter(created=Between(now() - timedelta(days=2), now() - timedelta(days=1))),
]


@pytest.mark.parametrize("filter_", FEW, ids=str)
async def test_a_list_of_few_never_reads_the_whole_table(desk, ada, filter_):
    await _insert(desk, 20_000)
    await _put_label(desk, each=1000)

    for order in ORDERS:
        for window in _windows(order):
            assert "Seq Scan on ticket " not in await _plan(ada, filter_, order, window)


def _windows(order: TicketOrder) -> list[Window]:
    at = now() - timedelta(days=10)
    place = (2, at, 5000) if order.field is OrderField.PRIORITY else (at, 5000)
    return [Window(25), Window(25, place), Window(25, place, backward=True)]


def _key(order: TicketOrder, row: dict) -> tuple:
    """Return what the order says of a row; ties are any way round."""
    match order.field:
        case OrderField.CREATED_AT:
            return (row["createdAt"],)
        case OrderField.UPDATED_AT:
            return (row["updatedAt"],)
        case OrderField.PRIORITY:
            return (URGENCY[Priority(row["priority"])], row["createdAt"])


async def _insert(desk: cast.Desk, count: int) -> None:
    await insert_crowd(MANY, desk.acme.id, count, desk.ada.member.id, desk.carl.id, now())


async def _put_label(desk: cast.Desk, *, each: int) -> Label:
    """Put a label on one in so many tickets."""
    home = {"workspace_id": desk.acme.id}
    label = await Label.create(**home, name="red", color=LabelColor.RED, created_at=now())
    await fetch(LABEL, desk.acme.id, label.id, each)
    with systemwide("tell the planner what is in the tables"):
        await fetch("ANALYZE ticket_label")
    return label


async def _walk(
    web: RunningWeb, key: str, order: TicketOrder, size: int, *, forward: bool
) -> list[list[dict]]:
    """Return all pages, one after the other from one end of the list to the other."""
    count, place, more, at = (
        ("first", "after", "hasNextPage", "endCursor")
        if forward
        else ("last", "before", "hasPreviousPage", "startCursor")
    )
    asked = {"order": {"field": order.field, "direction": order.direction}, count: size}
    pages = []
    while not pages or pages[-1]["pageInfo"][more]:
        pages.append((await web.run(PAGE, key, **asked))["tickets"])
        asked[place] = pages[-1]["pageInfo"][at]
    return [page["nodes"] for page in pages]


async def _plan(somebody: cast.Somebody, filter_: TicketFilter, order: TicketOrder, window: Window) -> str:
    parameters = Parameters()
    clauses = ticket_lists.page_clauses(somebody.actor, filter_, order, window, parameters)
    with systemwide("explain a statement"):
        rows = await fetch(f"EXPLAIN SELECT * FROM ticket {clauses}", *parameters.values)
    return "\n".join(row["QUERY PLAN"] for row in rows)
