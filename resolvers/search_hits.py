"""What a search finds of one kind, the newest first: fast for rare words and for common ones."""

from dataclasses import dataclass

from models.actors import Actor
from models.database import fetch
from models.search import SearchType
from models.ticket_filters import TicketFilter
from resolvers.ticket_filters import Parameters, clause

WALKED = 1_000  # places that are looked at one by one: a millisecond
WEIGHTS = "{0.1, 0.2, 0.4, 1}"  # of notes, comments, descriptions, titles
NEAR, FAR = 8_192, 65_536  # places that share a lexeme, see migration 0008_search
LETTERS = {SearchType.TICKET: "T", SearchType.CONTACT: "C"}
ROWS = {SearchType.TICKET: "ticket_id", SearchType.CONTACT: "contact_id"}

RANKED = """
SELECT place, row_id, (ts_rank('{weights}', words, $2::text::tsquery) * 1000000)::int AS rank
FROM ({hits}) AS hit ORDER BY place DESC"""
COUNTED = "SELECT count(*) AS count FROM ({hits}) AS hit"
# The planner shall know nothing of the words, or it takes another way where it thinks them common; and
# `place + 0` keeps it from the index of places.
PART = """
(SELECT entry.place, entry.{row_id} AS row_id, entry.words FROM {entries} AS entry {tickets}
 WHERE entry.workspace_id = $1 AND entry.kind = '{kind}' AND entry.place{unindexed} BETWEEN {low} AND {high}
   AND entry.words @@ (SELECT {marks}$2::text::tsquery){condition}
 ORDER BY entry.place{unindexed} DESC LIMIT {limit})"""
WALK = """(
 SELECT * FROM search_entry WHERE workspace_id = $1 AND kind = '{kind}' AND place BETWEEN {low} AND {high}
 ORDER BY place DESC OFFSET 0)"""
TICKETS = "JOIN ticket ON ticket.workspace_id = entry.workspace_id AND ticket.id = entry.ticket_id"


@dataclass(frozen=True)
class Hit:
    """A ticket or contact that was found. The higher its rank, the better it fits."""

    kind: SearchType
    row_id: int
    place: int
    rank: int


@dataclass(frozen=True)
class Stretch:
    """The places from `low` to `high`, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Wanted:
    """What is searched for: a `tsquery`, and of the tickets only those that meet the filter."""

    actor: Actor
    words: str
    filter: TicketFilter


async def newest_hits(wanted: Wanted, kind: SearchType, among: Stretch, limit: int) -> list[Hit]:
    """Return at most so many hits, the newest first."""
    parameters = Parameters(wanted.actor.workspace_id, wanted.words)
    hits = _hits(wanted, kind, among, limit, parameters)
    rows = await fetch(RANKED.format(weights=WEIGHTS, hits=hits), *parameters.values)
    return [Hit(kind, row["row_id"], row["place"], row["rank"]) for row in rows]


async def count_hits(wanted: Wanted, kind: SearchType, among: Stretch, limit: int) -> int:
    """Count the hits, up to the limit."""
    parameters = Parameters(wanted.actor.workspace_id, wanted.words)
    hits = _hits(wanted, kind, among, limit, parameters)
    [row] = await fetch(COUNTED.format(hits=hits), *parameters.values)
    return int(row["count"])


def _hits(wanted: Wanted, kind: SearchType, among: Stretch, limit: int, parameters: Parameters) -> str:
    """Return the statement that finds them in four steps; each is taken only if those before found too few.

    The newest places are looked at one by one: that is enough for a common word. Then the index of words
    is asked for the near places, for the far ones, and for all that are older. So no step has many
    hits to sort: a word that has many there was found often enough before.
    """
    add, is_ticket = parameters.add, kind is SearchType.TICKET
    same = {
        "kind": kind,
        "row_id": ROWS[kind],
        "limit": add(limit),
        "tickets": TICKETS if is_ticket else "",
        "condition": f" AND {clause(wanted.filter, wanted.actor, parameters)}" if is_ticket else "",
    }
    parts, high = list[str](), among.high
    for marks, low in _steps(wanted.actor, kind, among):
        if low <= high:
            span = {"low": add(low), "high": add(high)}
            if marks:
                way = {
                    "entries": "search_entry",
                    "marks": f"{add(marks)}::text::tsquery && ",
                    "unindexed": " + 0",
                }
            else:
                way = {"entries": WALK.format(kind=kind, **span), "marks": "", "unindexed": ""}
            parts.append(PART.format(**same, **span, **way))
            high = low - 1
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS step LIMIT {same['limit']}"  # noqa: S608


def _steps(actor: Actor, kind: SearchType, among: Stretch) -> list[tuple[str, int]]:
    """Return for each step which lexemes stand on its entries, and how low it goes."""
    home = f"#{LETTERS[kind]}{actor.workspace_id}"
    near, far = among.high // NEAR, among.high // FAR
    steps = [
        ("", among.high - WALKED + 1),
        (f"'{home}.{near}' | '{home}.{near - 1}'", (near - 1) * NEAR),
        (f"'{home}-{far}' | '{home}-{far - 1}'", (far - 1) * FAR),
        (f"'{home}'", 0),
    ]
    return [(marks, max(low, among.low)) for marks, low in steps]
