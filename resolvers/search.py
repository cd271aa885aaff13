"""Searching: the newest hits of each kind, ranked; beyond them the older ones, the newest first."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from models.actors import Actor
from models.database import fetch
from models.permissions import Permission
from models.search import SearchType, checked_query
from models.ticket_filters import TicketFilter
from models.tickets import number_of
from resolvers.lists import Window
from resolvers.search_hits import WALKED, Hit, Stretch, Wanted, count_hits, newest_hits

RANKED = 200  # hits of a kind: more than people look through, ranked in a millisecond
BEST = 2**31 - 1  # the rank of the ticket whose reference was asked for
MOST_COUNTED = 1_000
MOST_CUSTOMERS = 50  # a word that fits more of them is no name: it finds no tickets by their customer
KINDS = (SearchType.TICKET, SearchType.CONTACT)

PHRASE_OR_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
REFERENCE = re.compile(r"tkt-0*(\d+)", re.IGNORECASE)

# Folding leaves no quote and no backslash, so that no word can end its quotes: people write no operators.
ASKED = f"""
WITH newest AS MATERIALIZED (
    SELECT words FROM search_entry WHERE workspace_id = $1 AND kind = 'CONTACT'
    ORDER BY place DESC LIMIT {WALKED}
)
SELECT stem::text, plain::text, CASE
    WHEN {MOST_CUSTOMERS} < (
        SELECT count(*) FROM (SELECT FROM newest WHERE words @@ plain LIMIT {MOST_CUSTOMERS + 1}) AS fitting
    ) THEN ARRAY[]::text[]
    ELSE ARRAY(
        SELECT '#OF' || entry.contact_id FROM search_entry AS entry
        WHERE entry.workspace_id = $1 AND entry.kind = 'CONTACT'
          AND entry.words @@ (('''#C' || $1::bigint || '''')::tsquery && plain)
        LIMIT {MOST_CUSTOMERS + 1}
    )
END AS customers
FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS word (letters, ending, forms, nth)
CROSS JOIN LATERAL (SELECT '''' || folded(letters) || ' ''' || ending AS operand) AS quoted
CROSS JOIN LATERAL (
    SELECT to_tsquery(forms::regconfig, operand) AS stem, to_tsquery('simple', operand) AS plain
) AS query
WHERE numnode(plain) > 0
ORDER BY nth
"""  # noqa: S608
HEADS = """
SELECT asked.kind, (
    SELECT entry.place FROM search_entry AS entry
    WHERE entry.workspace_id = $1 AND entry.kind = asked.kind ORDER BY entry.place DESC LIMIT 1
) AS head
FROM unnest($2::text[]) AS asked (kind)
"""


@dataclass(frozen=True)
class Search:
    """What is searched for, and whose reference it may be."""

    wanted: Wanted
    kinds: tuple[SearchType, ...]
    number: int | None

    @property
    def any_words(self) -> str:
        """The `tsquery` of texts that have at least one of the words."""
        return re.sub(r"<(-|\d+)>|&", "|", self.wanted.words)


class SearchPlace(NamedTuple):
    """Where a search was left. Of the hits of a kind, those from `floor` to `head` were ranked.

    So what comes in meanwhile shifts no page.
    """

    ticket_floor: int
    ticket_head: int
    contact_floor: int
    contact_head: int
    rank: int
    kind: int
    place: int

    @property
    def ranked(self) -> "Among":
        """Where the hits that were ranked lie."""
        return {
            SearchType.TICKET: Stretch(self.ticket_floor, self.ticket_head),
            SearchType.CONTACT: Stretch(self.contact_floor, self.contact_head),
        }


Among: TypeAlias = dict[SearchType, Stretch]
NOWHERE = Stretch(0, 0)


@dataclass(frozen=True)
class Found:
    """A page of hits, each with its place in the list."""

    hits: Sequence[Hit]
    places: Sequence[SearchPlace]
    has_next: bool


async def understood(
    actor: Actor, query: str, kinds: Collection[SearchType], filter_: TicketFilter
) -> Search:
    """Return what the query asks for. Refuses with Invalid one that is empty or too long.

    Every word is to be found, in any of the texts; the last one may be the beginning of a word. Words
    between quotes stand side by side.
    """
    actor.require(Permission.READ)
    line = checked_query(query)
    rows = await fetch(ASKED, actor.workspace_id, *_written(line))
    telling = [row for row in rows if row["stem"]] or rows  # words like `the` only where there is no other
    terms = [_term(row["stem"], row["plain"], row["customers"]) for row in telling]
    return Search(
        Wanted(actor, " & ".join(terms), filter_),
        tuple(kind for kind in KINDS if kind in kinds),
        number_of(line) if SearchType.TICKET in kinds else None,
    )


async def find(search: Search, window: Window[SearchPlace]) -> Found:
    """Return a page of what is found: the ticket of a reference first, then by rank, then by age."""
    if not search.wanted.words:
        return Found((), (), has_next=False)
    after = window.place
    if after is None:
        among, hits = await _newest(search)
    else:
        among, hits = after.ranked, await _ranked_again(search, after)
    if len(hits) <= window.size:
        hits = [*hits, *await _older(search, among, after, window.size + 1 - len(hits))]
    page = hits[: window.size]
    return Found(page, [_place(hit, among) for hit in page], has_next=len(hits) > window.size)


async def count(search: Search) -> int:
    """Count what is found, up to 1,000."""
    if not search.wanted.words:
        return 0
    heads = await _heads(search)
    counts = [await count_hits(search.wanted, kind, heads[kind], MOST_COUNTED) for kind in search.kinds]
    return min(sum(counts), MOST_COUNTED)


def _written(line: str) -> tuple[list[str], list[str], list[str]]:
    """Return the words and phrases of a query; with each what makes it a beginning, and whose forms it has.

    What stands in quotes is meant as it is written.
    """
    found = [(match[1] is not None, match[1] or match[2] or "") for match in PHRASE_OR_WORD.finditer(line)]
    words = [REFERENCE.sub(r"tkt \1", text) for _, text in found]
    forms = ["simple" if is_phrase else "english" for is_phrase, _ in found]
    endings = ["" for _ in found]
    if found and not found[-1][0]:
        endings[-1] = ":*"
    return words, endings, forms


def _term(stem: str, plain: str, customers: list[str]) -> str:
    names = [f"'{each}'" for each in customers] if len(customers) <= MOST_CUSTOMERS else []
    ways = [each for each in dict.fromkeys((stem, plain, *names)) if each]
    return f"({' | '.join(f'({each})' for each in ways)})"


async def _heads(search: Search) -> Among:
    rows = await fetch(HEADS, search.wanted.actor.workspace_id, list(search.kinds))
    heads = {SearchType(row["kind"]): Stretch(0, row["head"] or 0) for row in rows}
    return {kind: heads.get(kind, NOWHERE) for kind in KINDS}


async def _newest(search: Search) -> tuple[Among, list[Hit]]:
    """Return the newest hits by their rank, and where they lie; all hits if they are few."""
    heads = await _heads(search)
    found = {kind: await newest_hits(search.wanted, kind, heads[kind], RANKED) for kind in search.kinds}
    floors = {kind: hits[-1].place for kind, hits in found.items() if len(hits) == RANKED}
    among = {kind: Stretch(floors.get(kind, 0), heads[kind].high) for kind in KINDS}
    return among, await _in_order(search, [hit for hits in found.values() for hit in hits])


async def _ranked_again(search: Search, after: SearchPlace) -> list[Hit]:
    """Return those of the ranked hits that come after the place."""
    if after.rank < 0:
        return []
    # Twice as many: some may match only since they were changed.
    found = [await newest_hits(search.wanted, kind, after.ranked[kind], 2 * RANKED) for kind in search.kinds]
    hits = await _in_order(search, [hit for hits in found for hit in hits])
    last = (-after.rank, after.kind, -after.place)
    return [hit for hit in hits if _order(hit) > last]


async def _in_order(search: Search, hits: list[Hit]) -> list[Hit]:
    """Return the hits by rank, before them the ticket whose reference the query is."""
    best = await _of_reference(search)
    return sorted([*best, *(hit for hit in hits if not _is_of(search, hit))], key=_order)


async def _of_reference(search: Search) -> list[Hit]:
    if search.number is None:
        return []
    all_tickets = replace(search.wanted, words=f"'#T{search.wanted.actor.workspace_id}'")
    found = await newest_hits(all_tickets, SearchType.TICKET, Stretch(search.number, search.number), 1)
    return [replace(hit, rank=BEST) for hit in found]


async def _older(search: Search, among: Among, after: SearchPlace | None, limit: int) -> list[Hit]:
    """Return hits below the ranked ones, the newest first: tickets, then contacts."""
    hits = list[Hit]()
    for nth, kind in enumerate(KINDS):
        high = among[kind].low - 1
        if after is not None and after.rank < 0:
            high = after.place - 1 if nth == after.kind else high if nth > after.kind else -1
        if kind in search.kinds and high >= 0 and len(hits) < limit:
            # One more, for the ticket of the reference is left out.
            found = await newest_hits(search.wanted, kind, Stretch(0, high), limit + 1)
            hits += [replace(hit, rank=-1) for hit in found if not _is_of(search, hit)]
    return hits[:limit]


def _is_of(search: Search, hit: Hit) -> bool:
    """Tell whether it is the ticket whose reference the query is."""
    return hit.kind is SearchType.TICKET and hit.place == search.number


def _order(hit: Hit) -> tuple[int, int, int]:
    return -hit.rank, KINDS.index(hit.kind), -hit.place


def _place(hit: Hit, among: Among) -> SearchPlace:
    tickets, contacts = among[SearchType.TICKET], among[SearchType.CONTACT]
    bounds = (tickets.low, tickets.high, contacts.low, contacts.high)
    return SearchPlace(*bounds, hit.rank, KINDS.index(hit.kind), hit.place)
