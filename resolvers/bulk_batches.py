"""Some tickets of a bulk change, done together: each by the rules of the model, all in a few statements."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models.actors import Actor
from models.bulk_changes import (
    BulkChange,
    BulkEdit,
    BulkItem,
    BulkOutcome,
    apply,
    edit_of,
    kind_of,
    permissions_for,
    put_back,
)
from models.database import fetch
from models.errors import Conflict, DeskError
from models.labels import MOST_ON_TICKET
from models.rows import update_all
from models.tickets import Changes, Ticket
from resolvers import access
from resolvers.change import Change

TICKET_COLUMNS = [
    *("status", "priority", "type", "assignee_id", "resolved_at", "closed_at", "survey_asked_at"),
    *("archived_at", "version", "updated_at"),
]
ITEM_COLUMNS = ["outcome", "message", "changes", "resolved_at_before", "closed_at_before"]

# A label that was deleted meanwhile is put on nothing; one that is there stays until the commit.
PUT_LABELS = """
INSERT INTO ticket_label (workspace_id, ticket_id, label_id)
SELECT $1, wanted.ticket_id, label.id
FROM unnest($2::bigint[], $3::bigint[]) AS wanted (ticket_id, label_id)
JOIN label ON label.workspace_id = $1 AND label.id = wanted.label_id
FOR KEY SHARE OF label
ON CONFLICT (workspace_id, ticket_id, label_id) DO NOTHING RETURNING ticket_id, label_id
"""
TAKE_LABELS = """
DELETE FROM ticket_label USING unnest($2::bigint[], $3::bigint[]) AS wanted (ticket_id, label_id)
WHERE ticket_label.workspace_id = $1 AND ticket_label.ticket_id = wanted.ticket_id
  AND ticket_label.label_id = wanted.label_id
RETURNING ticket_label.ticket_id, ticket_label.label_id
"""
COUNT = """
UPDATE bulk_change SET done = done + $3, ended_at = CASE WHEN done + $3 = total THEN $4::timestamptz END
WHERE workspace_id = $1 AND id = $2 RETURNING done, ended_at
"""
TOO_MANY_LABELS = f"A ticket has at most {MOST_ON_TICKET} labels."
LACKING = "You do not have permission to do this."
GONE = "There is no such ticket."

Pair = tuple[int, int]


@dataclass(frozen=True)
class Wanted:
    """What is done to one ticket: the changes of its columns, and labels to put on and take off."""

    changes: Changes
    put: set[int]
    take: set[int]


Rule = Callable[[BulkItem, Ticket, set[int]], Wanted]
"""Does to the ticket, which bears these labels, what the bulk change wants. Raises a refusal."""


async def work_off(made: Change, bulk: BulkChange, most: int) -> bool:
    """Do the next `most` tickets of the bulk change; tell whether there are more.

    Each that changes records its event; each has its result. Locks them in the order of their ids.
    """
    actor = made.actor
    rows = BulkItem.filter(workspace_id=bulk.workspace_id, bulk_id=bulk.id, outcome=None)
    items = await rows.order_by("nth").limit(most).select_for_update()
    refusal = await _refusal(actor, bulk)
    if refusal is None:
        await _do(made, bulk, items)
    else:
        for item in items:
            item.outcome, item.message = refusal
    await update_all(items, ITEM_COLUMNS)
    [row] = await fetch(COUNT, bulk.workspace_id, bulk.id, len(items), made.at)
    bulk.done, bulk.ended_at = row["done"], row["ended_at"]
    return bulk.ended_at is None


async def _refusal(actor: Actor, bulk: BulkChange) -> tuple[BulkOutcome, str] | None:
    """Return the result of all tickets when none can be done: what could be at the start may not be now."""
    edit = edit_of(bulk.edit)
    if not all(actor.may(permission) for permission in permissions_for(edit)):
        return BulkOutcome.DENIED, LACKING
    assignee_id = edit.get("assignee_id")
    if assignee_id is not None and bulk.undoes_id is None:
        try:
            await access.assignable(actor, assignee_id)
        except DeskError as refusal:
            return BulkOutcome.CONFLICT, refusal.message
    return None


async def _do(made: Change, bulk: BulkChange, items: list[BulkItem]) -> None:
    actor, rule = made.actor, await _rule(made, bulk, items)
    ids = [item.ticket_id for item in items if item.ticket_id is not None]
    rows = await access.tickets(actor).filter(id__in=ids).order_by("id").select_for_update()
    tickets = {row.id: row for row in rows}
    borne = await _borne(actor, ids)
    wanted = {
        ticket_id: found
        for item in items
        if (ticket_id := item.ticket_id) is not None
        and (found := _tried(rule, item, tickets.get(ticket_id), borne[ticket_id])) is not None
    }
    await _label(actor, wanted)
    changed = [item for item in items if item.ticket_id in wanted and wanted[item.ticket_id].changes]
    made.bulk_id = bulk.id
    for item in changed:
        ticket = tickets[item.ticket_id or 0]
        item.outcome, item.changes = BulkOutcome.DONE, wanted[ticket.id].changes
        ticket.touch(made.at)
        public = ticket.is_public and "status" in item.changes
        made.record(ticket, kind_of(item.changes), public=public, changes=item.changes)
    await update_all([tickets[item.ticket_id or 0] for item in changed], TICKET_COLUMNS)


async def _rule(made: Change, bulk: BulkChange, items: list[BulkItem]) -> Rule:
    edit = edit_of(bulk.edit)
    if bulk.undoes_id is None:
        return lambda item, ticket, borne: _edited(edit, item, ticket, borne, made)
    done = await access.bulk_items(made.actor).filter(id__in=[item.undoes_id for item in items])
    before = {row.id: row for row in done}
    return lambda item, ticket, borne: _put_back(before[item.undoes_id or 0], ticket, borne, made)


def _edited(edit: BulkEdit, item: BulkItem, ticket: Ticket, borne: set[int], made: Change) -> Wanted:
    item.resolved_at_before, item.closed_at_before = ticket.resolved_at, ticket.closed_at
    changes = apply(edit, ticket, made.at)
    put = set(edit.get("add_label_ids", ())) - borne
    if put and len(borne | put) > MOST_ON_TICKET:
        raise Conflict(TOO_MANY_LABELS)
    return Wanted(changes, put, set(edit.get("remove_label_ids", ())) & borne)


def _put_back(done: BulkItem, ticket: Ticket, borne: set[int], made: Change) -> Wanted:
    labels = {name: _ids(done.changes, name) for name in ("added_labels", "removed_labels")}
    changes = put_back(done, ticket, made.at)
    return Wanted(changes, labels["removed_labels"] - borne, labels["added_labels"] & borne)


def _tried(rule: Rule, item: BulkItem, ticket: Ticket | None, borne: set[int]) -> Wanted | None:
    """Return what the rule wants; None, and the result in the item, where it refuses."""
    if ticket is None:
        item.outcome, item.message = BulkOutcome.NOT_FOUND, GONE
        return None
    item.outcome = BulkOutcome.UNCHANGED
    try:
        return rule(item, ticket, borne)
    except DeskError as refusal:
        item.outcome, item.message = BulkOutcome.CONFLICT, refusal.message
        return None


async def _borne(actor: Actor, ticket_ids: list[int]) -> dict[int, set[int]]:
    """Return for each ticket the ids of its labels."""
    links = access.ticket_labels(actor).filter(ticket_id__in=ticket_ids)
    borne: dict[int, set[int]] = defaultdict(set)
    for ticket_id, label_id in await links.values_list("ticket_id", "label_id"):
        borne[ticket_id].add(label_id)
    return borne


async def _label(actor: Actor, wanted: dict[int, Wanted]) -> None:
    """Put labels on and take labels off, and add to the changes those of which that came true."""
    put = sorted((ticket_id, label_id) for ticket_id, each in wanted.items() for label_id in each.put)
    take = sorted((ticket_id, label_id) for ticket_id, each in wanted.items() for label_id in each.take)
    for name, statement, pairs in (
        ("added_labels", PUT_LABELS, put),
        ("removed_labels", TAKE_LABELS, take),
    ):
        for ticket_id, label_ids in (await _run(actor, statement, pairs)).items():
            wanted[ticket_id].changes[name] = [*sorted(label_ids)]


async def _run(actor: Actor, statement: str, pairs: list[Pair]) -> dict[int, list[int]]:
    if not pairs:
        return {}
    rows = await fetch(statement, actor.workspace_id, *map(list, zip(*pairs, strict=True)))
    return _by_ticket((row["ticket_id"], row["label_id"]) for row in rows)


def _by_ticket(pairs: Iterable[Pair]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for ticket_id, label_id in pairs:
        found[ticket_id].append(label_id)
    return found


def _ids(changes: Changes | None, name: str) -> set[int]:
    return {int(value) for value in (changes or {}).get(name) or () if value is not None}
