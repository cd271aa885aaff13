"""Lists that are read a page at a time, by keyset: each page begins where the last one ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tortoise.functions import Count

from models.actors import Actor
from models.attachments import Attachment
from models.rows import select_for_each
from models.tenancy import Tenant
from resolvers import access

Row = TypeVar("Row", bound=Tenant)
Place = TypeVar("Place")

SEQ_LIMIT = 2**63 - 1
PUBLIC_FILES = (
    "(comment_id IS NULL OR EXISTS (SELECT FROM comment WHERE comment.workspace_id = $2"
    " AND comment.id = attachment.comment_id AND comment.is_public))"
)


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


@dataclass(frozen=True)
class Total:
    """How many rows a list has; unless it is exact, it has more."""

    count: int
    is_exact: bool = True


async def attachments(actor: Actor, ticket_ids: list[int], window: Window[int]) -> list[Page[Attachment]]:
    """Return for each ticket a page of its files, the oldest first: what the actor may see."""
    beyond, order = ("<", "DESC") if window.backward else (">", "ASC")
    seen = f" AND {PUBLIC_FILES}" if actor.is_customer else ""
    clauses = (
        f"WHERE workspace_id = $2 AND ticket_id = parent.key AND id {beyond} $3{seen}"
        f" ORDER BY id {order} LIMIT {window.size + 1}"
    )
    place = window.place if window.place is not None else (SEQ_LIMIT if window.backward else 0)
    own = [id_ for id_ in ticket_ids if not actor.is_customer or id_ == actor.ticket_id]
    found = await select_for_each(Attachment, clauses, own, actor.workspace_id, place)
    return pages_of(ticket_ids, found, window)


async def attachment_counts(actor: Actor, ticket_ids: list[int]) -> list[int]:
    """Count for each ticket its files that the actor may see."""
    rows = access.attachments(actor).filter(ticket_id__in=ticket_ids)
    found = await rows.annotate(count=Count("id")).group_by("ticket_id").values_list("ticket_id", "count")
    counts = dict(found)
    return [counts.get(ticket_id, 0) for ticket_id in ticket_ids]


def page_of(rows: list[Row], window: Window[Place]) -> Page[Row]:
    """Make a page of rows that were read in the window's direction, one more than wanted."""
    has_more, kept = len(rows) > window.size, rows[: window.size]
    has_behind = window.place is not None
    if window.backward:
        return Page(kept[::-1], has_next=has_behind, has_previous=has_more)
    return Page(kept, has_next=has_more, has_previous=has_behind)


def pages_of(
    parents: Sequence[int], found: Sequence[tuple[int, Row]], window: Window[Place]
) -> list[Page[Row]]:
    """Make a page for each parent of what was found for it, as `page_of` does."""
    rows: dict[int, list[Row]] = {parent: [] for parent in parents}
    for parent, row in found:
        rows[parent].append(row)
    return [page_of(rows[parent], window) for parent in parents]
