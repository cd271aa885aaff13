"""How long a search takes among many tickets, raced against ranking every hit."""

import time
from collections.abc import Awaitable, Callable
from statistics import median

from models.actors import Actor
from models.database import database, fetch
from models.search import SearchType
from models.ticket_filters import LIVE
from resolvers import search
from resolvers.lists import Window
from settings import settings
from tests.benchmarks import stage
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.many_tickets import fill

QUERIES = {
    "rare": "zebra",
    "common": "printer",
    "two_common": "printer floor",
    "prefix": "passw",
    "reference": "TKT-0042",
}
PATIENCE = 120  # seconds for a statement: the baseline takes more than the product allows
BASELINE = "ranking every hit"
RANK_ALL = """
SELECT ticket.id, ts_rank(entry.words, $2::text::tsquery) AS rank
FROM search_entry AS entry
JOIN ticket ON ticket.workspace_id = entry.workspace_id AND ticket.id = entry.ticket_id
WHERE entry.workspace_id = $1 AND entry.kind = 'TICKET' AND entry.words @@ $2::text::tsquery
  AND ticket.archived_at IS NULL
ORDER BY rank DESC, ticket.id DESC LIMIT 26
"""
PAGE = Window[search.SearchPlace](25)


async def measure(url: str, effort: Effort) -> list[Figure]:
    """Return for each size and kind of query what the first page takes: no HTTP, all statements."""
    return [figure for count in effort.many_tickets for figure in await _among(url, count, effort)]


async def _among(url: str, count: int, effort: Effort) -> list[Figure]:
    settings.statement_seconds = PATIENCE
    async with database(url):
        office = await stage.found(f"search-{count}")
        await fill(url, office.workspace.id, count)
        return [
            await _race(office.ada, f"search_{name}_{count}", query, effort)
            for name, query in QUERIES.items()
        ]


async def _race(actor: Actor, name: str, query: str, effort: Effort) -> Figure:
    """Take both ways in turn, for there is more than one thing that a machine does."""

    async def ours() -> None:
        asked = await search.understood(actor, query, [SearchType.TICKET], LIVE)
        found = await search.find(asked, PAGE)
        assert found.hits

    asked = await search.understood(actor, query, [SearchType.TICKET], LIVE)

    async def plain() -> None:
        assert await fetch(RANK_ALL, actor.workspace_id, asked.wanted.words)

    both = [
        (await _milliseconds(ours, effort), await _milliseconds(plain, effort)) for _ in range(effort.rounds)
    ]
    ratio = median(one / other for one, other in both)
    return Figure(name, median(one for one, _ in both), "ms", ratio, BASELINE)


async def _milliseconds(run: Callable[[], Awaitable[None]], effort: Effort) -> float:
    """Return the median of one run within a third of a round."""
    taken, until = list[float](), time.perf_counter() + effort.round_seconds / 3
    while not taken or time.perf_counter() < until:
        began = time.perf_counter()
        await run()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
