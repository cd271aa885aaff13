"""Changing many tickets at once, and putting that back. What is done to each is in bulk_batches.py."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from models.actors import Actor
from models.bulk_changes import (
    AT_ONCE,
    MOST_TICKETS,
    BulkChange,
    BulkEdit,
    BulkItem,
    BulkOutcome,
    checked_edit,
    edit_of,
    is_tolerable,
    permissions_for,
)
from models.database import fetch
from models.errors import Conflict, Invalid, NotFound
from models.members import Member
from models.permissions import Permission
from models.rows import select_for_each
from models.ticket_filters import TicketFilter
from resolvers import access
from resolvers.bulk_batches import work_off
from resolvers.change import Change, change, operation
from resolvers.lists import Page, Window, pages_of
from resolvers.ticket_counts import exact_total
from resolvers.ticket_filters import Parameters, clause

# The tickets that were meant are written down at the start: what is changed is what was seen.
CHOOSE_THESE = """
INSERT INTO bulk_item (workspace_id, bulk_id, nth, ticket_id, outcome, message)
SELECT $1, $2, wanted.nth, ticket.id, CASE WHEN ticket.id IS NULL THEN 'NOT_FOUND' END,
       CASE WHEN ticket.id IS NULL THEN 'There is no such ticket.' END
FROM unnest($3::bigint[]) WITH ORDINALITY AS wanted (id, nth)
LEFT JOIN ticket ON ticket.workspace_id = $1 AND ticket.id = wanted.id
RETURNING ticket_id
"""
CHOOSE_MATCHING = """
WITH chosen AS (
    INSERT INTO bulk_item (workspace_id, bulk_id, nth, ticket_id)
    SELECT $1, $2, row_number() OVER (ORDER BY ticket.id), ticket.id
    FROM ticket WHERE ticket.workspace_id = $1 AND {clause}
    RETURNING id
)
SELECT count(*) AS count FROM chosen
"""
CHOOSE_DONE = """
WITH chosen AS (
    INSERT INTO bulk_item (workspace_id, bulk_id, nth, ticket_id, undoes_id)
    SELECT $1, $2, row_number() OVER (ORDER BY nth), ticket_id, id
    FROM bulk_item WHERE workspace_id = $1 AND bulk_id = $3 AND outcome = 'DONE'
    RETURNING id
)
SELECT count(*) AS count FROM chosen
"""
ASK = """
INSERT INTO outbox (workspace_id, reaction, dedupe_key, bulk_id, attempts, next_at, fence, created_at)
VALUES ($1, 'BULK', 'BULK:' || $2::bigint, $2::bigint, 0, now(), 0, now())
"""
ABANDONED = "It could not be done, though it was tried for days."


@dataclass(frozen=True)
class Matching:
    """The tickets that meet a filter, of which there were so many when somebody looked."""

    filter_: TicketFilter
    expected: int


Selection = Sequence[int] | Matching


@operation
async def change_many(actor: Actor, selection: Selection, edit: BulkEdit) -> BulkChange:
    """Change many tickets in the same way: at once up to 100, by a job beyond.

    Each that changes records the one event that tells of it, with the bulk change's id. Refuses with
    Conflict when the filter finds another number by now, to 1 in 100. Source: RULES 7, "Bulk".
    """
    checked_edit(edit)
    for permission in permissions_for(edit):
        actor.require(permission)
    async with change(actor) as made:
        await _check_references(actor, edit)
        bulk = await _written(made, BulkChange(edit=dict(edit)))
        if isinstance(selection, Matching):
            await _choose_matching(actor, bulk, selection)
        else:
            await _choose_these(actor, bulk, selection)
        await _begin(made, bulk)
    return bulk


@operation
async def undo(actor: Actor, bulk_id: int) -> BulkChange:
    """Put back what a bulk change did, as a bulk change of its own, within 10 minutes of its end.

    A ticket that somebody has changed since in the same respect is left alone, with the result CONFLICT.
    """
    async with change(actor) as made:
        bulk = await access.bulk_changes(actor).select_for_update().get_or_none(id=bulk_id)
        if bulk is None:
            raise NotFound("There is no such bulk change.")
        for permission in permissions_for(edit_of(bulk.edit)):
            actor.require(permission)
        bulk.expect_undoable(made.at)
        bulk.undone_at = made.at
        await bulk.save()
        undoing = await _written(made, BulkChange(edit=bulk.edit, undoes_id=bulk.id))
        [row] = await fetch(CHOOSE_DONE, actor.workspace_id, undoing.id, bulk.id)
        undoing.total = row["count"]
        await _begin(made, undoing)
    return undoing


@operation
async def go_on(
    actor: Actor,
    bulk_id: int,
    *,
    most: int,
    hold: Callable[[], Awaitable[None]],
    finish: Callable[[], Awaitable[None]],
) -> bool:
    """Change the next `most` tickets of a bulk change; tell whether there are more.

    `hold` makes sure, in the same transaction, that the job is still ours; `finish` ends it.
    """
    async with change(actor) as made:
        await hold()
        bulk = await BulkChange.get(workspace_id=actor.workspace_id, id=bulk_id)
        if await work_off(made, bulk, most):
            return True
        await finish()
    return False


@operation
async def abandon(actor: Actor, bulk_id: int) -> None:
    """End a bulk change whose job was given up: what is not done yet never will be."""
    async with change(actor) as made:
        left = access.bulk_items(actor).filter(bulk_id=bulk_id, outcome=None)
        count = await left.update(outcome=BulkOutcome.CONFLICT, message=ABANDONED)
        bulk = await access.bulk_changes(actor).get(id=bulk_id)
        bulk.done, bulk.ended_at = bulk.done + count, made.at
        await bulk.save(update_fields=["done", "ended_at"])


async def author_of(workspace_id: int, bulk_id: int) -> Actor:
    """Return who asked for a bulk change, with what they may do by now."""
    bulk = await BulkChange.get(workspace_id=workspace_id, id=bulk_id)
    member = await Member.get(workspace_id=workspace_id, id=bulk.member_id)
    permissions = frozenset() if member.removed_at is not None else member.permissions
    return Actor(bulk.actor_kind, workspace_id, permissions, member_id=member.id)


async def results(actor: Actor, bulk_ids: list[int], window: Window[int]) -> list[Page[BulkItem]]:
    """Return for each bulk change a page of its results, those still to come left out."""
    actor.require(Permission.READ)
    beyond, order = ("<", "DESC") if window.backward else (">", "ASC")
    clauses = (
        f"WHERE workspace_id = $2 AND bulk_id = parent.key AND outcome IS NOT NULL AND nth {beyond} $3"
        f" ORDER BY nth {order} LIMIT {window.size + 1}"
    )
    place = window.place if window.place is not None else (MOST_TICKETS + 1 if window.backward else 0)
    found = await select_for_each(BulkItem, clauses, bulk_ids, actor.workspace_id, place)
    return pages_of(bulk_ids, found, window)


async def _written(made: Change, bulk: BulkChange) -> BulkChange:
    assert made.actor.member_id is not None, "only members and their keys change many tickets"
    bulk.workspace_id, bulk.created_at = made.actor.workspace_id, made.at
    bulk.member_id, bulk.actor_kind = made.actor.member_id, made.actor.kind
    await bulk.save()
    return bulk


async def _check_references(actor: Actor, edit: BulkEdit) -> None:
    """Refuse a member or a label that no ticket can be given."""
    assignee_id = edit.get("assignee_id")
    if assignee_id is not None:
        await access.assignable(actor, assignee_id)
    label_ids = {*edit.get("add_label_ids", ()), *edit.get("remove_label_ids", ())}
    if len(label_ids) != await access.labels(actor).filter(id__in=label_ids).count():
        raise NotFound("There is no such label.", path=("input", "change"))


async def _choose_these(actor: Actor, bulk: BulkChange, ticket_ids: Sequence[int]) -> None:
    """Write down the tickets. Refuses with NotFound if there is none of them."""
    wanted = list(dict.fromkeys(ticket_ids))
    if not 1 <= len(wanted) <= AT_ONCE:
        raise Invalid(f"Name 1 to {AT_ONCE} tickets, or give a filter.", path=("input", "tickets"))
    found = await fetch(CHOOSE_THESE, actor.workspace_id, bulk.id, wanted)
    bulk.total = len(found)
    bulk.done = sum(row["ticket_id"] is None for row in found)
    if bulk.done == bulk.total:
        raise NotFound("There is no such ticket.", path=("input", "tickets"))


async def _choose_matching(actor: Actor, bulk: BulkChange, matching: Matching) -> None:
    """Write down the tickets. Refuses with Conflict when they are not as many as were seen."""
    path = ("input", "tickets", "matching")
    found = await exact_total(actor, matching.filter_)
    if not is_tolerable(found, matching.expected):
        raise Conflict(
            f"The filter finds {found} tickets by now, not {matching.expected}. Look again first.", path=path
        )
    if not 1 <= found <= MOST_TICKETS:
        raise Invalid(f"1 to {MOST_TICKETS} tickets can be changed at once, not {found}.", path=path)
    parameters = Parameters(actor.workspace_id, bulk.id)
    statement = CHOOSE_MATCHING.format(clause=clause(matching.filter_, actor, parameters))
    [row] = await fetch(statement, *parameters.values)
    bulk.total = row["count"]


async def _begin(made: Change, bulk: BulkChange) -> None:
    """Do all of it now if that is quick, else ask for the job."""
    await bulk.save()
    if bulk.total <= AT_ONCE:
        await work_off(made, bulk, AT_ONCE)
    else:
        await fetch(ASK, bulk.workspace_id, bulk.id)
