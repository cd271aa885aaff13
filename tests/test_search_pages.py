"""Pages of what a search found: each hit once and in one order, and how the database gets at them."""

import re

import cast
import pytest
from running_web import RunningWeb

from models import engine
from models.clock import now
from models.database import fetch
from models.search import SearchType
from models.tenancy import systemwide
from models.ticket_filters import TicketFilter
from resolvers import search, search_hits, tickets
from resolvers.search import RANKED, SearchPlace
from resolvers.search_hits import Stretch, Wanted
from resolvers.tickets import NewTicket
from schema.cursors import search_cursor, seq_cursor

PAGE = """
query ($query: String!, $types: [SearchType!], $first: Int, $after: String, $marks: Boolean = false) {
  search(query: $query, types: $types, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
    nodes {
      ... on TicketResult { ticket { reference } highlights @include(if: $marks) { field comment { body } } }
      ... on ContactResult { contact { name } }
    }
  }
}"""
TICKETS = """
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel,
                    is_internal, is_public, version, created_at, updated_at)
SELECT $1, nth, CASE WHEN nth % $3::int = 0 THEN 'Zebra' ELSE 'Horse' END,
       concat_ws(' ', 'A common word', nth, CASE WHEN nth % 50 = 0 THEN 'fiftieth' END,
                 CASE WHEN nth % 1000 = 0 THEN 'thousandth' END),
       'OPEN', 'MEDIUM', 'SUPPORT_TICKET', 'API', false, false, 1, at, at
FROM generate_series($2::int, $5::int) AS nth,
     LATERAL (SELECT $4::timestamptz + nth * interval '1 second' AS at) AS instant
"""
CONTACTS = """
INSERT INTO contact (workspace_id, name, email, created_at)
SELECT $1, 'Zebra ' || nth, 'z' || nth || '@example.org', $3::timestamptz
FROM generate_series(1, $2::int) AS nth
"""
BATCH = 1_000  # tickets in a statement, which has ten seconds
GROW = "ANALYZE ticket, search_entry"


async def test_pages_hold_each_hit_once_beyond_the_ranked_ones_too(web, desk, ada):
    await _fill(desk.acme.id, count=700, every=2, contacts=300)

    pages = await _walk(web, ada, "zebra", first=90)

    names = [_name(node) for page in pages for node in page["nodes"]]
    assert len(names) == len(set(names)) == 350 + 300
    assert names[2 * RANKED :] == [
        *(f"TKT-{number:04d}" for number in range(300, 0, -2)),
        *(f"Zebra {nth}" for nth in range(100, 0, -1)),
    ]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True] * (len(pages) - 1) + [False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False] + [True] * (len(pages) - 1)


async def test_what_comes_in_or_changes_meanwhile_shifts_no_page(web, desk, ada):
    await _fill(desk.acme.id, count=500, every=2, contacts=0)
    first = await _page(web, ada, "zebra", first=100)
    await tickets.create(ada.actor, NewTicket("Just in", "about a zebra"))
    await fetch("UPDATE ticket SET title = 'Horse' WHERE workspace_id = $1 AND number = 400", desk.acme.id)

    rest = await _walk(web, ada, "zebra", first=100, after=first["pageInfo"]["endCursor"])

    names = [_name(node) for page in [first, *rest] for node in page["nodes"]]
    assert names == [f"TKT-{number:04d}" for number in range(500, 0, -2)]


async def test_the_ticket_of_a_reference_comes_first_and_only_once(web, desk, ada):
    await _fill(desk.acme.id, count=700, every=2, contacts=0)
    await fetch("UPDATE ticket SET title = 'Floor 2' WHERE workspace_id = $1 AND number > 3", desk.acme.id)

    names = [_name(node) for page in await _walk(web, ada, "2", first=100) for node in page["nodes"]]

    assert names[0] == "TKT-0002"
    assert len(names) == len(set(names)) == 698


async def test_the_newest_are_found_however_rare_the_word_is(desk, ada, monkeypatch):
    monkeypatch.setattr(search_hits, "WALKED", 100)
    await _fill(desk.acme.id, count=20_000, every=3, contacts=0)

    with systemwide("tell the planner what is in the tables"):
        await fetch(GROW)

    for word, every in [
        ("common", 1),
        ("zebra", 3),
        ("fiftieth", 50),
        ("thousandth", 1_000),
        ("20000", 20_000),
    ]:
        wanted = Wanted(ada.actor, f"'{word}'", TicketFilter())
        for high in (20_000, 16_384, 16_383, 8_192, 99, 1, 0):
            hits = await search_hits.newest_hits(wanted, SearchType.TICKET, Stretch(0, high), 120)

            assert [hit.place for hit in hits] == list(range(high - high % every, 0, -every))[:120]
            assert await search_hits.count_hits(wanted, SearchType.TICKET, Stretch(0, high), 120) == len(hits)


async def test_the_count_ends_at_a_thousand(web, desk, ada):
    await _fill(desk.acme.id, count=1_200, every=2, contacts=500)

    assert (await _page(web, ada, "horse"))["totalCount"] == 600
    assert (await _page(web, ada, "common"))["totalCount"] == 1_000
    assert (await _page(web, ada, "zebra"))["totalCount"] == 1_000


async def test_entries_are_found_by_an_index_whether_the_word_is_rare_or_common(web, desk, ada, monkeypatch):
    await _fill(desk.acme.id, count=20_000, every=3, contacts=0)
    await _fill(desk.globex.id, count=5_000, every=2, contacts=0)
    with systemwide("tell the planner what is in the tables"):
        await fetch(GROW)
    plans = _explain_all(monkeypatch)

    for words in [
        "thousandth",
        "zebra",
        "common",
        "commo",
        "zebra common",
        "horse zebra",
        "15000",
        "nowhere",
    ]:
        await _page(web, ada, words)

    assert len(plans) > 16
    for plan in plans:
        assert not re.search("Seq Scan on (ticket|search_entry|comment)", plan), plan


async def test_pages_of_any_size_take_as_many_statements(web, desk, ada):
    await _fill(desk.acme.id, count=300, every=1, contacts=30)

    for marks in (False, True):
        sizes = [
            len(await _statements(web, ada, query="zebra", first=size, marks=marks)) for size in (2, 20, 100)
        ]

        assert len(set(sizes)) == 1
        assert sizes[0] <= 16


REFUSED = [
    "",
    "nonsense",
    seq_cursor(3),
    "czE6MQ",
    search_cursor(SearchPlace(*[2**60] * 7)),
]


@pytest.mark.parametrize("after", REFUSED)
async def test_a_cursor_of_something_else_is_the_callers_mistake(web, ada, ticket, after):
    answer = await web.post(PAGE, ada.key, query="printer", after=after)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def _fill(workspace_id: int, *, count: int, every: int, contacts: int) -> None:
    """Add tickets, one in `every` about a zebra, and contacts of that name."""
    for first in range(1, count + 1, BATCH):
        await fetch(TICKETS, workspace_id, first, every, now(), min(first + BATCH - 1, count))
    await fetch(
        "UPDATE counter SET value = $2 WHERE workspace_id = $1 AND name = 'REFERENCE'", workspace_id, count
    )
    if contacts:
        await fetch(CONTACTS, workspace_id, contacts, now())


async def _page(web: RunningWeb, who: cast.Somebody, words: str, **arguments: object) -> dict:
    return (await web.run(PAGE, who.key, query=words, **arguments))["search"]


async def _walk(web: RunningWeb, who: cast.Somebody, words: str, **arguments: object) -> list[dict]:
    pages = [await _page(web, who, words, **arguments)]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(
            await _page(web, who, words, **arguments | {"after": pages[-1]["pageInfo"]["endCursor"]})
        )
    return pages


def _name(node: dict) -> str:
    return node["ticket"]["reference"] if "ticket" in node else node["contact"]["name"]


async def _statements(web: RunningWeb, who: cast.Somebody, **arguments: object) -> list[str]:
    heard: list[str] = []
    engine.watchers.append(heard.append)
    try:
        await web.run(PAGE, who.key, **arguments)
    finally:
        engine.watchers.remove(heard.append)
    return heard


def _explain_all(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that from now on takes the plan of each statement of a search."""
    plans: list[str] = []

    async def explained(statement: str, *values: object) -> list[dict]:
        with systemwide("explain a statement"):
            plan = await fetch(f"EXPLAIN {statement}", *values)
        plans.append("\n".join(row["QUERY PLAN"] for row in plan))
        return await fetch(statement, *values)

    monkeypatch.setattr(search, "fetch", explained)
    monkeypatch.setattr(search_hits, "fetch", explained)
    return plans
