"""Pages of tickets, in both directions, and how the database finds them."""

import re
from base64 import urlsafe_b64encode

import cast
import pytest
from running_web import RunningWeb

from models import engine
from models.clock import now
from models.database import fetch
from models.tenancy import systemwide
from models.ticket_orders import NEWEST_FIRST, Direction, OrderField, TicketOrder
from schema.cursors import parsed_ticket_cursor, seq_cursor, ticket_cursor

PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  tickets(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { title } } nodes { title } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
MANY = """
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel,
                    is_internal, is_public, version, created_at, updated_at, archived_at)
SELECT $1, 1000 + nth, 'Ticket ' || nth, '', 'OPEN', 'MEDIUM', 'SUPPORT_TICKET', 'API',
       false, false, 1, at, at, CASE WHEN nth > $3 THEN at END
FROM generate_series(1, $2::int) AS nth,
     LATERAL (SELECT $4::timestamptz - nth / $5::int * interval '1 second' AS at) AS instant
"""


@pytest.fixture
async def sixty(desk: cast.Desk) -> list[str]:
    """Sixty tickets of the same instant, and five archived ones; the titles in the list's order."""
    await _insert(desk.acme.id, 65, archived=5)
    await _insert(desk.globex.id, 3)
    return [f"Ticket {nth}" for nth in range(60, 0, -1)]


@pytest.mark.parametrize("size", [7, 60, 100])
async def test_pages_forward_hold_each_ticket_once_though_all_are_of_one_instant(web, ada, sixty, size):
    pages = await _walk(web, ada.key, size, forward=True)

    assert [title for page in pages for title in _titles(page)] == sixty
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True] * (len(pages) - 1) + [False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False] + [True] * (len(pages) - 1)


@pytest.mark.parametrize("size", [7, 60, 100])
async def test_pages_backward_are_the_same_list_from_its_end(web, ada, sixty, size):
    pages = await _walk(web, ada.key, size, forward=False)

    assert [title for page in reversed(pages) for title in _titles(page)] == sixty
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [True] * (len(pages) - 1) + [False]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [False] + [True] * (len(pages) - 1)


async def test_the_newest_come_first_and_a_page_has_25_unless_asked(web, ada, desk):
    await _insert(desk.acme.id, 60, of_one_instant=4)

    page = (await web.run(PAGE, ada.key))["tickets"]

    instants = [parsed_ticket_cursor(NEWEST_FIRST, edge["cursor"]) for edge in page["edges"]]
    assert len(instants) == 25
    assert instants == sorted(instants, reverse=True)


async def test_a_page_says_where_it_stands_and_how_many_there_are(web, ada, sixty):
    page = (await web.run(PAGE, ada.key, first=10))["tickets"]

    info = page["pageInfo"]
    assert (info["startCursor"], info["endCursor"]) == (
        page["edges"][0]["cursor"],
        page["edges"][-1]["cursor"],
    )
    assert page["nodes"] == [edge["node"] for edge in page["edges"]]
    assert page["totalCount"] == 60


async def test_a_page_after_the_last_ticket_is_empty(web, ada, sixty):
    end = (await web.run(PAGE, ada.key, last=1))["tickets"]["pageInfo"]["endCursor"]

    page = (await web.run(PAGE, ada.key, first=5, after=end))["tickets"]

    nowhere = {"hasNextPage": False, "hasPreviousPage": True, "startCursor": None, "endCursor": None}
    assert page == {"edges": [], "nodes": [], "totalCount": 60, "pageInfo": nowhere}


async def test_an_empty_workspace_has_an_empty_page(web, eve):
    page = (await web.run(PAGE, eve.key))["tickets"]

    nowhere = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page == {"edges": [], "nodes": [], "totalCount": 0, "pageInfo": nowhere}


async def test_a_ticket_that_comes_in_meanwhile_shifts_no_page(web, ada, desk, sixty):
    first = (await web.run(PAGE, ada.key, first=30))["tickets"]
    await cast.ticket_of(desk.carl, ada.actor, "Just in")

    second = (await web.run(PAGE, ada.key, first=30, after=first["pageInfo"]["endCursor"]))["tickets"]

    assert _titles(first) + _titles(second) == sixty


async def test_the_count_is_made_only_when_it_is_asked_for(web, ada, sixty):
    statements = await _statements(web, ada.key, "{ tickets(first: 2) { nodes { title } } }")
    counted = await _statements(web, ada.key, "{ tickets(first: 2) { totalCount } }")

    assert not [each for each in statements if "SUM(" in each]
    assert [each for each in counted if "SUM(" in each]


def _encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


REFUSED = [
    {"first": 0},
    {"first": -1},
    {"first": 101},
    {"last": 0},
    {"last": 101},
    {"first": 5, "last": 5},
    {"first": 5, "before": "ours"},
    {"last": 5, "after": "ours"},
    {"after": "ours", "before": "ours"},
    {"after": ""},
    {"after": "nonsense"},
    {"after": _encoded("CREATED_AT-DESC-1:1")},
    {"after": _encoded("CREATED_AT-DESC-2:1:2")},
    {"after": _encoded("CREATED_AT-DESC-1:x:y")},
    {"after": _encoded(f"CREATED_AT-DESC-1:{2**62}:1")},
    {"after": "\N{GRINNING FACE}"},
    {"after": ticket_cursor(NEWEST_FIRST, (now(), 2**63))},
    {"before": seq_cursor(3)},
    {"after": ticket_cursor(TicketOrder(OrderField.UPDATED_AT), (now(), 1))},
    {"after": ticket_cursor(TicketOrder(direction=Direction.ASC), (now(), 1))},
    {"after": ticket_cursor(TicketOrder(OrderField.PRIORITY), (1, now(), 1))},
]


@pytest.mark.parametrize("arguments", REFUSED, ids=str)
async def test_bad_sizes_and_cursors_are_the_callers_mistake(web, ada, arguments):
    ours = ticket_cursor(NEWEST_FIRST, (now(), 1))
    given = {name: ours if value == "ours" else value for name, value in arguments.items()}

    answer = await web.post(PAGE, ada.key, **given)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert answer["data"] is None


@pytest.mark.parametrize("arguments", [{"first": 1}, {"first": 100}, {"last": 1}, {"last": 100}], ids=str)
async def test_the_smallest_and_the_largest_page_are_given(web, ada, ticket, arguments):
    page = (await web.run(PAGE, ada.key, **arguments))["tickets"]

    assert _titles(page) == [ticket.title]


async def test_every_page_is_read_from_the_index_and_never_sorted(web, ada, desk):
    await _insert(desk.acme.id, 10_000, of_one_instant=3)
    await _insert(desk.globex.id, 10_000)
    with systemwide("tell the planner what is in the table"):
        await fetch("ANALYZE ticket")
    middle = (now(), 5_000)
    cursor = ticket_cursor(NEWEST_FIRST, middle)
    asked = [{"first": 100}, {"last": 100}, {"first": 100, "after": cursor}, {"last": 100, "before": cursor}]

    for arguments in asked:
        [statement] = [s for s in await _statements(web, ada.key, PAGE, **arguments) if "LIMIT" in s]
        plan = await _plan(statement, desk.acme.id, *(middle if len(arguments) > 1 else ()))

        assert "ticket_newest" in plan, plan
        assert not re.search(r"Seq Scan|Sort|Bitmap", plan), plan


async def _insert(workspace_id: int, count: int, *, archived: int = 0, of_one_instant: int = 10**6) -> None:
    await fetch(MANY, workspace_id, count, count - archived, now(), of_one_instant)


async def _walk(web: RunningWeb, key: str, size: int, *, forward: bool) -> list[dict]:
    """Return all pages, one after the other from one end of the list to the other."""
    count, place, more, at = (
        ("first", "after", "hasNextPage", "endCursor")
        if forward
        else ("last", "before", "hasPreviousPage", "startCursor")
    )
    pages, cursor = [], None
    while not pages or pages[-1]["pageInfo"][more]:
        given = {count: size} if cursor is None else {count: size, place: cursor}
        pages.append((await web.run(PAGE, key, **given))["tickets"])
        cursor = pages[-1]["pageInfo"][at]
    return pages


def _titles(page: dict) -> list[str]:
    return [edge["node"]["title"] for edge in page["edges"]]


async def _statements(web: RunningWeb, key: str, query: str, **variables: object) -> list[str]:
    """Return the statements on tickets that a query leads to."""
    heard: list[str] = []
    engine.watchers.append(heard.append)
    try:
        await web.run(query, key, **variables)
    finally:
        engine.watchers.remove(heard.append)
    return [statement for statement in heard if '"ticket"' in statement or "ticket_count" in statement]


async def _plan(statement: str, *values: object) -> str:
    with systemwide("explain a statement"):
        return "\n".join(row["QUERY PLAN"] for row in await fetch(f"EXPLAIN {statement}", *values))
