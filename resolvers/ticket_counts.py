"""How many tickets there are: exact by what is counted beforehand, else exact to a thousand."""

from dataclasses import dataclass
from typing import Any

from models.actors import Actor
from models.database import fetch
from models.permissions import Permission
from models.ticket_enums import Status
from models.ticket_filters import FINE, UNCOUNTED, TicketFilter, asks_for
from models.ticket_orders import NEWEST_FIRST, Place
from resolvers.lists import Total, Window
from resolvers.ticket_filters import Parameters, clause
from resolvers.ticket_lists import Parent, clauses_of_each, page_clauses

MOST_COUNTED = 1000

# The rows of ticket_count, made to look like tickets to the filter; each stands for `tickets` of them.
COUNTED = (
    "(SELECT ticket_count.*, CASE WHEN is_archived THEN to_timestamp(0) END AS archived_at"
    " FROM ticket_count WHERE ticket_count.workspace_id = $1 AND ticket_count.type IS {grain}) AS ticket"
)
# Tickets are counted as they are listed, from an index in its order, as far as the most.
UP_TO_MOST = "(SELECT ticket.status, ticket.assignee_id, 1 AS tickets FROM ticket {clauses}) AS ticket"
OF_EACH = (
    "SELECT parent.key, (SELECT COUNT(*) FROM (SELECT 1 FROM ticket {clauses}) AS found) AS count"
    " FROM unnest($1::bigint[]) AS parent (key)"
)
EXACTLY = "SELECT COUNT(*) AS count FROM ticket WHERE ticket.workspace_id = $1 AND {clause}"
MOST = Window[Place](MOST_COUNTED)


@dataclass(frozen=True)
class Tally:
    """How many tickets in each status. Unless it is exact, there are at least so many."""

    by_status: dict[Status, int]
    is_exact: bool

    @property
    def total(self) -> Total:
        count = sum(self.by_status.values())
        return Total(count) if self.is_exact else Total(min(count, MOST_COUNTED), is_exact=False)


@dataclass(frozen=True)
class TicketCounts:
    """The tallies of all tickets that meet a filter, of the actor's own and of nobody's among them."""

    all: Tally
    mine: Tally
    unassigned: Tally


async def total(actor: Actor, filter_: TicketFilter) -> Total:
    """Count the tickets that meet the filter."""
    actor.require(Permission.READ)
    source, where, parameters = _source(actor, filter_)
    statement = f"SELECT COALESCE(SUM(ticket.tickets), 0)::bigint AS count FROM {source} WHERE {where}"  # noqa: S608
    [row] = await fetch(statement, *parameters.values)
    return Total(row["count"]) if _is_counted(filter_) else _up_to_most(row["count"])


async def exact_total(actor: Actor, filter_: TicketFilter) -> int:
    """Count the tickets that meet the filter one by one, however many they are."""
    actor.require(Permission.READ)
    parameters = Parameters(actor.workspace_id)
    statement = EXACTLY.format(clause=clause(filter_, actor, parameters))
    [row] = await fetch(statement, *parameters.values)
    return int(row["count"])


async def counts(actor: Actor, filter_: TicketFilter) -> TicketCounts:
    """Count the tickets that meet the filter, by status and by whose they are."""
    actor.require(Permission.READ)
    source, where, parameters = _source(actor, filter_)
    statement = (
        "SELECT ticket.status, ticket.assignee_id IS NULL AS is_nobodys,"  # noqa: S608
        f" COALESCE(ticket.assignee_id = {parameters.add(actor.member_id)}, false) AS is_mine,"
        f" SUM(ticket.tickets)::bigint AS count FROM {source} WHERE {where} GROUP BY 1, 2, 3"
    )
    rows = await fetch(statement, *parameters.values)
    is_exact = _is_counted(filter_) or sum(row["count"] for row in rows) <= MOST_COUNTED
    return TicketCounts(
        all=_tally(rows, is_exact),
        mine=_tally([row for row in rows if row["is_mine"]], is_exact),
        unassigned=_tally([row for row in rows if row["is_nobodys"]], is_exact),
    )


async def totals_of_each(
    actor: Actor, parent_ids: list[int], wanted: tuple[Parent, TicketFilter]
) -> list[Total]:
    """Count for each parent its tickets that meet the filter."""
    actor.require(Permission.READ)
    parent, filter_ = wanted
    if parent is Parent.ASSIGNEE and _is_counted(filter_):
        found = await _of_each_assignee(actor, parent_ids, filter_)
        return [Total(found.get(member_id, 0)) for member_id in parent_ids]
    parameters = Parameters(parent_ids)
    clauses = clauses_of_each(actor, parent, filter_, MOST, parameters)
    rows = await fetch(OF_EACH.format(clauses=clauses), *parameters.values)
    found = {row["key"]: row["count"] for row in rows}
    return [_up_to_most(found[parent_id]) for parent_id in parent_ids]


async def _of_each_assignee(actor: Actor, member_ids: list[int], filter_: TicketFilter) -> dict[int, int]:
    source, where, parameters = _source(actor, filter_)
    statement = (
        f"SELECT ticket.assignee_id AS key, SUM(ticket.tickets)::bigint AS count FROM {source}"  # noqa: S608
        f" WHERE {where} AND ticket.assignee_id = ANY({parameters.add(member_ids)}::bigint[]) GROUP BY 1"
    )
    return {row["key"]: row["count"] for row in await fetch(statement, *parameters.values)}


def _source(actor: Actor, filter_: TicketFilter) -> tuple[str, str, Parameters]:
    """Return what to sum `tickets` over: a table, a condition, and the parameters of both."""
    if not _is_counted(filter_):
        parameters = Parameters()
        clauses = page_clauses(actor, filter_, NEWEST_FIRST, MOST, parameters)
        return UP_TO_MOST.format(clauses=clauses), "true", parameters
    parameters = Parameters(actor.workspace_id)
    where = clause(filter_, actor, parameters)
    grain = "NOT NULL" if asks_for(filter_, FINE) else "NULL"
    return COUNTED.format(grain=grain), where, parameters


def _is_counted(filter_: TicketFilter) -> bool:
    return not asks_for(filter_, UNCOUNTED)


def _up_to_most(count: int) -> Total:
    return Total(count) if count <= MOST_COUNTED else Total(MOST_COUNTED, is_exact=False)


def _tally(rows: list[dict[str, Any]], is_exact: bool) -> Tally:
    by_status = dict.fromkeys(Status, 0)
    for row in rows:
        by_status[Status(row["status"])] += row["count"]
    return Tally(by_status, is_exact)
