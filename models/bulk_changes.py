"""Bulk changes: one thing done to many tickets, with a result for each."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict, cast

from tortoise import fields

from models.actors import ActorKind
from models.errors import Conflict, Invalid
from models.events import Kind
from models.permissions import Permission
from models.tenancy import Tenant
from models.ticket_enums import Priority, Status, TicketType
from models.tickets import Changes, Plain, Ticket

AT_ONCE = 100  # tickets that are changed within the request
MOST_TICKETS = 50_000  # of one change: some minutes of a worker's time
UNDOABLE = timedelta(minutes=10)
PLAIN = ("type", "priority", "assignee_id")
CHANGED_SINCE = "Somebody has changed this ticket since."


class BulkState(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    UNDONE = "UNDONE"


class BulkOutcome(StrEnum):
    DONE = "DONE"
    UNCHANGED = "UNCHANGED"
    DENIED = "DENIED"
    CONFLICT = "CONFLICT"
    NOT_FOUND = "NOT_FOUND"


class BulkEdit(TypedDict, total=False):
    """What is done to each ticket. What is left out stays as it is; only an assignee may be cleared."""

    status: Status
    priority: Priority
    type: TicketType
    assignee_id: int | None
    archived: bool
    add_label_ids: list[int]
    remove_label_ids: list[int]


class BulkChange(Tenant):
    """A change of many tickets. Its events name it, so that it is told of, and undone, as one."""

    member_id = fields.BigIntField(description="Who asked for it.")
    actor_kind = fields.CharEnumField(
        ActorKind,
        max_length=20,
        default=ActorKind.MEMBER,
        db_default=ActorKind.MEMBER,
        description="What the one is who asked for it.",
    )
    edit: dict[str, Any] = fields.JSONField(
        default=dict, db_default="{}", description="What is done: ids, enums."
    )
    undoes_id = fields.BigIntField(null=True, description="The bulk change that this one puts back.")
    total = fields.IntField(default=0, db_default=0, description="How many tickets it is about.")
    done = fields.IntField(default=0, db_default=0, description="How many of them have their result.")
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True, description="When every ticket had its result.")
    undone_at = fields.DatetimeField(null=True, description="When somebody asked to put it back.")

    class Meta:
        table = "bulk_change"

    def expect_undoable(self, at: datetime) -> None:
        """Refuse with Conflict one that cannot be put back, or not any more."""
        if self.undoes_id is not None:
            raise Conflict("What puts a bulk change back cannot be put back itself.")
        if self.undone_at is not None:
            raise Conflict("This bulk change was put back already.")
        if self.ended_at is None:
            raise Conflict("This bulk change is still under way. Wait until it is done.")
        if at > self.ended_at + UNDOABLE:
            raise Conflict("A bulk change can be put back for 10 minutes only.")


class BulkItem(Tenant):
    """A ticket of a bulk change, and what became of it."""

    bulk_id = fields.BigIntField()
    nth = fields.IntField(description="Its place in the change, 1 the first.")
    ticket_id = fields.BigIntField(null=True, description="None where there is no such ticket.")
    undoes_id = fields.BigIntField(null=True, description="The item that this one puts back.")
    outcome = fields.CharEnumField(
        BulkOutcome, max_length=20, null=True, description="What became of it; None: not its turn yet."
    )
    message = fields.CharField(300, null=True, description="Why it was not done.")
    changes: Changes | None = fields.JSONField(null=True, description="What changed, as in the event.")
    resolved_at_before = fields.DatetimeField(null=True, description="The ticket's, before a new status.")
    closed_at_before = fields.DatetimeField(null=True, description="The ticket's, before a new status.")

    class Meta:
        table = "bulk_item"
        unique_together = (("workspace_id", "bulk_id", "nth"),)


def state_of(ended_at: datetime | None, undone_at: datetime | None, done: int) -> BulkState:
    """Return how far a bulk change has come."""
    if undone_at is not None:
        return BulkState.UNDONE
    if ended_at is not None:
        return BulkState.DONE
    return BulkState.RUNNING if done else BulkState.QUEUED


def undoable_until(
    ended_at: datetime | None, undone_at: datetime | None, undoes_id: int | None
) -> datetime | None:
    """Return until when a bulk change can be put back; None while it cannot, and when it never can."""
    if ended_at is None or undone_at is not None or undoes_id is not None:
        return None
    return ended_at + UNDOABLE


def checked_edit(edit: BulkEdit) -> BulkEdit:
    """Return the edit. Refuses with Invalid one that changes nothing, or contradicts itself."""
    both = set(edit.get("add_label_ids", ())) & set(edit.get("remove_label_ids", ()))
    if both:
        raise Invalid("A label cannot be both added and removed.", path=("input", "change", "removeLabelIds"))
    if not any(value or value is False or name == "assignee_id" for name, value in edit.items()):
        raise Invalid("Say what is to be changed.", path=("input", "change"))
    return edit


def edit_of(stored: dict[str, Any]) -> BulkEdit:
    """Return an edit as it was stored, in the product's own values."""
    kinds = {"status": Status, "priority": Priority, "type": TicketType}
    return cast(
        BulkEdit, {name: kinds[name](value) if name in kinds else value for name, value in stored.items()}
    )


def permissions_for(edit: BulkEdit) -> tuple[Permission, ...]:
    """Return what somebody needs to be allowed to do this: what each part needs by itself."""
    parts = (
        (Permission.UPDATE, bool(set(edit) - {"archived"})),
        (Permission.DELETE, "archived" in edit),
    )
    return tuple(permission for permission, is_needed in parts if is_needed)


def is_tolerable(found: int, expected: int) -> bool:
    """Tell whether so many tickets are what somebody who saw `expected` of them means: to 1 in 100."""
    return abs(found - expected) <= expected // 100


def apply(edit: BulkEdit, ticket: Ticket, at: datetime) -> Changes:
    """Do to the ticket what the edit says, but for labels, and return what changed.

    Refuses with Conflict an archived ticket that is not brought back, and statuses that cannot follow.
    """
    changes: Changes = {}
    if edit.get("archived") is False and ticket.archived_at is not None:
        changes |= ticket.restore()
    if set(edit) - {"archived"}:
        ticket.expect_present()
    for name, value in edit.items():
        if name in PLAIN and value != (before := getattr(ticket, name)):
            changes[name.removesuffix("_id")] = [before, cast(Plain, value)]
            setattr(ticket, name, value)
    if "status" in edit:
        changes |= ticket.move(edit["status"], at)
    if edit.get("archived") and ticket.archived_at is None:
        changes |= ticket.archive(at)
    return changes


def put_back(item: BulkItem, ticket: Ticket, at: datetime) -> Changes:
    """Give the ticket what it had before the item changed it, but for labels, and return what changed.

    Refuses with Conflict a ticket of which somebody has changed the same since, or that was merged or
    archived since.
    """
    wanted = {name: values for name, values in (item.changes or {}).items() if not name.endswith("_labels")}
    changes: Changes = {}
    if "archived" not in wanted:
        ticket.expect_present()
    if "status" in wanted and ticket.merged_into_id is not None:
        raise Conflict(CHANGED_SINCE)
    for name, values in wanted.items():
        assert values is not None, "a bulk change sets no texts"
        before, after = values
        if _now(ticket, name) != after:
            raise Conflict(CHANGED_SINCE)
        changes[name] = [after, before]
        _give(ticket, name, before, at)
    if "status" in wanted:
        ticket.resolved_at, ticket.closed_at = item.resolved_at_before, item.closed_at_before
    return changes


def kind_of(changes: Changes) -> Kind:
    """Return the kind of the event that tells of these changes: a narrow one where one thing changed."""
    names = set(changes)
    if names <= {"added_labels", "removed_labels"}:
        return Kind.LABELED
    if names == {"assignee"}:
        return Kind.ASSIGNED
    if names == {"archived"}:
        return Kind.ARCHIVED if (changes["archived"] or [])[-1:] == [True] else Kind.RESTORED
    return Kind.UPDATED


def _now(ticket: Ticket, name: str) -> Plain:
    if name == "archived":
        return ticket.archived_at is not None
    return getattr(ticket, "assignee_id" if name == "assignee" else name)


def _give(ticket: Ticket, name: str, value: Plain, at: datetime) -> None:
    if name == "archived":
        ticket.archived_at = at if value else None
    elif name == "assignee":
        ticket.assignee_id = None if value is None else int(value)
    else:
        kinds = {"status": Status, "priority": Priority, "type": TicketType}
        setattr(ticket, name, kinds[name](str(value)))
