"""Lists that are read a page at a time, by keyset: each page begins where the last one ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from models.actors import Actor
from models.events import Event
from models.permissions import Permission
from models.rows import select
from models.tenancy import Tenant
from models.tickets import Ticket
from resolvers import access

Row = TypeVar("Row", bound=Tenant)
Place = TypeVar("Place")

LISTED = "WHERE workspace_id = $1 AND archived_at IS NULL"


@dataclass(frozen=True)
class Window(Generic[Place]):
    """The first `size` rows after `place`, or backward: the last `size` rows before it."""

    size: int
    place: Place | None = None
    backward: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A part of a list, in the list's order; the flags tell of rows before and after it."""

    rows: Sequence[Row]
    has_next: bool
    has_previous: bool


async def newest_tickets(actor: Actor, window: Window[tuple[datetime, int]]) -> Page[Ticket]:
    """Return a page of the tickets that are not archived, the newest first."""
    actor.require(Permission.READ)
    # A row value, not `a < x OR a = x AND id < y`, which walks the whole index.
    beyond, order = (">", "ASC") if window.backward else ("<", "DESC")
    rest = f"ORDER BY created_at {order}, id {order} LIMIT {window.size + 1}"
    if window.place is None:
        rows = await select(Ticket, f"{LISTED} {rest}", actor.workspace_id)
    else:
        clauses = f"{LISTED} AND (created_at, id) {beyond} ($2, $3) {rest}"
        rows = await select(Ticket, clauses, actor.workspace_id, *window.place)
    return _page(rows, window)


async def count_tickets(actor: Actor) -> int:
    """Count the tickets that are not archived."""
    return await access.tickets(actor).filter(archived_at=None).count()


async def timeline(actor: Actor, ticket_id: int, window: Window[int]) -> Page[Event]:
    """Return a page of what happened on a ticket, the oldest first, as far as the actor may see it."""
    rows = access.events(actor).filter(ticket_id=ticket_id)
    if window.place is not None:
        rows = rows.filter(seq__lt=window.place) if window.backward else rows.filter(seq__gt=window.place)
    order = "-seq" if window.backward else "seq"
    return _page(await rows.order_by(order).limit(window.size + 1), window)


async def count_timeline(actor: Actor, ticket_id: int) -> int:
    """Count what the actor may see of what happened on a ticket."""
    return await access.events(actor).filter(ticket_id=ticket_id).count()


def _page(rows: list[Row], window: Window[Place]) -> Page[Row]:
    """Make a page of rows that were read in the window's direction, one more than wanted."""
    has_more, kept = len(rows) > window.size, rows[: window.size]
    has_behind = window.place is not None
    if window.backward:
        return Page(kept[::-1], has_next=has_behind, has_previous=has_more)
    return Page(kept, has_next=has_more, has_previous=has_behind)
