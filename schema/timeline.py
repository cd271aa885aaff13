"""What was said and done on a ticket: comments and events, in one list."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, cast

import strawberry

from models.bulk_changes import BulkChange as BulkChangeRow
from models.comments import Comment as CommentRow
from models.events import Event, Kind
from models.labels import Label as LabelRow
from models.tickets import Changes, Plain
from schema.authors import author
from schema.bulk_changes import BulkChange
from schema.comments import Comment
from schema.context import Info
from schema.fields import column, derived, relation, several
from schema.ids import global_id
from schema.labels import Label
from schema.nodes import Node

REFERRED = {"assignee": "Member", "contact": "Contact", "merged_into": "Ticket", "duplicates": "Ticket"}
"""Fields whose values are ids of rows."""
LISTS = ("added_labels", "removed_labels", "mentioned", "told", "notifications")
"""Changes that are lists of ids: fields of their own show them."""


@strawberry.type(description="One property of a ticket that changed.")
class FieldChange:
    field: str = strawberry.field(description="Its name in `Ticket`.")
    before: str | None = strawberry.field(description="An enum value, an id, true or false; null for texts.")
    after: str | None = strawberry.field(description="The same, afterwards.")


def _field_changes(changes: Changes) -> list[FieldChange]:
    return [_field_change(name, values) for name, values in changes.items() if name not in LISTS]


def _ids(name: str) -> Callable[[Changes], list[int]]:
    return lambda changes: cast(list[int], changes.get(name) or [])


def _field_change(name: str, values: list[Plain] | None) -> FieldChange:
    words = name.split("_")
    field = words[0] + "".join(word.capitalize() for word in words[1:])
    before, after = values or (None, None)
    return FieldChange(field=field, before=_said(name, before), after=_said(name, after))


def _said(name: str, value: Plain) -> str | None:
    if value is None:
        return None
    if name in REFERRED:
        return global_id(REFERRED[name], int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@strawberry.type(description="Something that was done to a ticket.")
class TicketEvent(Node):
    kind: Kind = column("What was done.")
    created_at = column("When.", name="at", of=datetime)
    actor = author("Who did it; null for the product itself.")
    comment = relation(
        ("comment_id", CommentRow),
        of=Comment | None,
        description="The comment that it is about; null for most kinds.",
    )
    bulk_change = relation(
        ("bulk_id", BulkChangeRow),
        of=BulkChange | None,
        description="The change of many tickets that it was part of; null if none.",
    )
    changes = derived(_field_changes, "changes", of=list[FieldChange], description="What changed by it.")
    added_labels = several(
        LabelRow,
        "changes",
        _ids("added_labels"),
        of=list[Label],
        description="Labels that were put on it, without those deleted since.",
    )
    removed_labels = several(
        LabelRow,
        "changes",
        _ids("removed_labels"),
        of=list[Label],
        description="Labels that were taken off it, without those deleted since.",
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Event)


TimelineItem = Annotated[
    Comment | TicketEvent,
    strawberry.union("TimelineItem", description="Something that was said, or done."),
]
