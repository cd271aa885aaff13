"""Lists of tickets: filtered, and a page at a time."""

from datetime import datetime

from models.actors import Actor
from models.database import fetch
from models.permissions import Permission
from models.rows import select
from models.ticket_filters import TicketFilter
from models.ticket_orders import Direction, Place, TicketOrder
from models.tickets import Ticket
from resolvers.lists import Page, Window, page_of
from resolvers.ticket_filters import Parameters, clause

# An integer of a cursor may be larger than its column; the comparison takes it all the same.
_TYPES: dict[type, str] = {datetime: "timestamptz", int: "bigint"}


async def tickets(
    actor: Actor, filter_: TicketFilter, order: TicketOrder, window: Window[Place]
) -> Page[Ticket]:
    """Return a page of the tickets that meet the filter, in this order."""
    actor.require(Permission.READ)
    clauses, values = page_clauses(actor, filter_, order, window)
    return page_of(await select(Ticket, clauses, *values), window)


async def count_tickets(actor: Actor, filter_: TicketFilter) -> int:
    """Count the tickets that meet the filter."""
    actor.require(Permission.READ)
    parameters = Parameters(actor.workspace_id)
    where = f"WHERE ticket.workspace_id = $1 AND {clause(filter_, actor, parameters)}"
    [row] = await fetch(f'SELECT COUNT(*) AS count FROM "ticket" {where}', *parameters.values)  # noqa: S608
    return row["count"]


def page_clauses(
    actor: Actor, filter_: TicketFilter, order: TicketOrder, window: Window[Place]
) -> tuple[str, list[object]]:
    """Return what stands behind `FROM ticket` to read a page, and the values of its parameters."""
    parameters = Parameters(actor.workspace_id)
    where = f"WHERE ticket.workspace_id = $1 AND {clause(filter_, actor, parameters)}"
    return f"{where} {_rest(order, window, parameters)}", parameters.values


def _rest(order: TicketOrder, window: Window[Place], parameters: Parameters) -> str:
    """Return the end of a statement that reads one row more than the window holds, in its direction."""
    ascending = (order.direction is Direction.ASC) is not window.backward
    columns = [f"ticket.{column}" for column in order.columns]
    beyond = ""
    if window.place is not None:
        # A row value, not `a < x OR a = x AND id < y`, which walks the whole index.
        values = (f"{parameters.add(each)}::{_TYPES[type(each)]}" for each in window.place)
        beyond = f"AND ({', '.join(columns)}) {'>' if ascending else '<'} ({', '.join(values)}) "
    ends = ", ".join(f"{column} {'ASC' if ascending else 'DESC'}" for column in columns)
    return f"{beyond}ORDER BY {ends} LIMIT {window.size + 1}"
