"""Lists of tickets: filtered, and a page at a time."""

from datetime import datetime

from models.actors import Actor
from models.database import fetch
from models.permissions import Permission
from models.rows import select
from models.ticket_filters import TicketFilter
from models.tickets import Ticket
from resolvers.lists import Page, Window, page_of
from resolvers.ticket_filters import Parameters, clause


async def newest_tickets(
    actor: Actor, filter_: TicketFilter, window: Window[tuple[datetime, int]]
) -> Page[Ticket]:
    """Return a page of the tickets that meet the filter, the newest first."""
    actor.require(Permission.READ)
    parameters = Parameters(actor.workspace_id)
    where = f"WHERE ticket.workspace_id = $1 AND {clause(filter_, actor, parameters)}"
    beyond, order = (">", "ASC") if window.backward else ("<", "DESC")
    if window.place is not None:
        # A row value, not `a < x OR a = x AND id < y`, which walks the whole index.
        at, row_id = map(parameters.add, window.place)
        where += f" AND (ticket.created_at, ticket.id) {beyond} ({at}, {row_id})"
    rest = f"ORDER BY ticket.created_at {order}, ticket.id {order} LIMIT {window.size + 1}"
    return page_of(await select(Ticket, f"{where} {rest}", *parameters.values), window)


async def count_tickets(actor: Actor, filter_: TicketFilter) -> int:
    """Count the tickets that meet the filter."""
    actor.require(Permission.READ)
    parameters = Parameters(actor.workspace_id)
    where = f"WHERE ticket.workspace_id = $1 AND {clause(filter_, actor, parameters)}"
    [row] = await fetch(f'SELECT COUNT(*) AS count FROM "ticket" {where}', *parameters.values)  # noqa: S608
    return row["count"]
