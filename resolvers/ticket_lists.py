"""Lists of tickets: filtered, ordered, and a page at a time; of all of them, or of each of many parents."""

from dataclasses import replace
from datetime import datetime
from enum import Enum

from models.actors import Actor
from models.permissions import Permission
from models.rows import select, select_for_each
from models.ticket_filters import TicketFilter
from models.ticket_orders import NEWEST_FIRST, Direction, OrderField, Place, TicketOrder
from models.tickets import Ticket
from resolvers.lists import Page, Window, page_of, pages_of
from resolvers.ticket_filters import Parameters, clause

# An integer of a cursor may be larger than its column; the comparison takes it all the same.
_TYPES: dict[type, str] = {datetime: "timestamptz", int: "bigint"}

# Labels on tickets know when the ticket came in: an index has a label's tickets by that, be they many or few.
LABELED = (
    "JOIN (SELECT ticket_label.label_id, ticket_label.ticket_created_at, ticket_label.ticket_id"
    " FROM ticket_label WHERE ticket_label.workspace_id = {workspace}) AS labeled"
    " ON labeled.ticket_id = ticket.id"
)
LABELED_BY = ("labeled.ticket_created_at", "labeled.ticket_id")


class Parent(Enum):
    """What tickets may belong to, and the column that says to which."""

    CONTACT = "ticket.contact_id"
    ASSIGNEE = "ticket.assignee_id"
    LABEL = "labeled.label_id"


async def tickets(
    actor: Actor, filter_: TicketFilter, order: TicketOrder, window: Window[Place]
) -> Page[Ticket]:
    """Return a page of the tickets that meet the filter, in this order."""
    actor.require(Permission.READ)
    parameters = Parameters()
    clauses = page_clauses(actor, filter_, order, window, parameters)
    return page_of(await select(Ticket, clauses, *parameters.values), window)


async def tickets_of_each(
    actor: Actor, parent_ids: list[int], wanted: tuple[Parent, TicketFilter, Window[Place]]
) -> list[Page[Ticket]]:
    """Return for each parent a page of its tickets that meet the filter, the newest first."""
    actor.require(Permission.READ)
    parent, filter_, window = wanted
    parameters = Parameters(parent_ids)
    clauses = clauses_of_each(actor, parent, filter_, window, parameters)
    found = await select_for_each(Ticket, clauses, parent_ids, *parameters.values[1:])
    return pages_of(parent_ids, found, window)


def page_clauses(
    actor: Actor, filter_: TicketFilter, order: TicketOrder, window: Window[Place], parameters: Parameters
) -> str:
    """Return what stands behind `FROM ticket` to read a page; its values are added to the parameters."""
    join, columns = "", _columns(order)
    workspace = parameters.add(actor.workspace_id)
    if order.field is OrderField.CREATED_AT and len(filter_.label_ids) == 1:
        join = f"{LABELED.format(workspace=workspace)} AND labeled.label_id = {int(filter_.label_ids[0])}"
        columns, filter_ = LABELED_BY, replace(filter_, label_ids=())
    where = f"WHERE ticket.workspace_id = {workspace} AND {clause(filter_, actor, parameters)}"
    return f"{join} {where} {_rest(columns, order.direction, window, parameters)}"


def clauses_of_each(
    actor: Actor, parent: Parent, filter_: TicketFilter, window: Window[Place], parameters: Parameters
) -> str:
    """Return what stands behind `FROM ticket` to read a page of the tickets of `parent.key`."""
    join, where = _source_of_each(actor, parent, filter_, parameters)
    columns = LABELED_BY if join else _columns(NEWEST_FIRST)
    rest = _rest(columns, Direction.DESC, window, parameters, within=parent)
    return f"{join} WHERE {where} {rest}"


def _source_of_each(
    actor: Actor, parent: Parent, filter_: TicketFilter, parameters: Parameters
) -> tuple[str, str]:
    """Return a join behind `FROM ticket`, maybe none, and the condition on a parent's tickets."""
    workspace = parameters.add(actor.workspace_id)
    join = LABELED.format(workspace=workspace) if parent is Parent.LABEL else ""
    # Not `=`: the planner, which does not know the parent, would walk all tickets in order to find its own.
    own = f"ticket.workspace_id = {workspace} AND {parent.value} BETWEEN parent.key AND parent.key"
    return join, f"{own} AND {clause(filter_, actor, parameters)}"


def _columns(order: TicketOrder) -> tuple[str, ...]:
    return tuple(f"ticket.{column}" for column in order.columns)


def _rest(
    columns: tuple[str, ...],
    direction: Direction,
    window: Window[Place],
    parameters: Parameters,
    *,
    within: Parent | None = None,
) -> str:
    """Return the end of a statement that reads one row more than the window holds, in its direction.

    Within a parent its column comes first in the order, so that only an index which begins with it will do.
    """
    ascending = (direction is Direction.ASC) is not window.backward
    columns = columns if within is None else (within.value, *columns)
    beyond = ""
    if window.place is not None:
        # A row value, not `a < x OR a = x AND id < y`, which walks the whole index.
        values = [f"{parameters.add(each)}::{_TYPES[type(each)]}" for each in window.place]
        values = values if within is None else ["parent.key", *values]
        beyond = f"AND ({', '.join(columns)}) {'>' if ascending else '<'} ({', '.join(values)}) "
    ends = ", ".join(f"{column} {'ASC' if ascending else 'DESC'}" for column in columns)
    return f"{beyond}ORDER BY {ends} LIMIT {window.size + 1}"
