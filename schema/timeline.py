"""What was said and done on a ticket: comments and events, in one list."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated

import strawberry

from models.comments import Comment as CommentRow
from models.contacts import Contact as ContactRow
from models.events import Event, Kind
from models.members import Member as MemberRow
from models.tickets import Plain
from schema.authors import Author, author
from schema.comments import Comment
from schema.context import Info, Parent
from schema.ids import global_id
from schema.nodes import Node

REFERRED = {"assignee": "Member", "contact": "Contact"}
"""Fields whose values are ids of rows."""


@strawberry.type(description="One property of a ticket that changed.")
class FieldChange:
    field: str = strawberry.field(description="Its name in `Ticket`.")
    before: str | None = strawberry.field(description="An enum value, an id, true or false; null for texts.")
    after: str | None = strawberry.field(description="The same, afterwards.")


@strawberry.type(description="Something that was done to a ticket.")
class TicketEvent(Node):
    kind: Kind = strawberry.field(description="What was done.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Event)

    @strawberry.field(description="When.")
    @staticmethod
    def created_at(root: Parent[Event]) -> datetime:
        return root.at

    @strawberry.field(graphql_type=Author | None, description="Who did it; null for the product itself.")
    @staticmethod
    def actor(
        root: Parent[Event],
        info: Info,
    ) -> Awaitable[MemberRow | ContactRow | None] | None:
        return author(root.member_id, root.contact_id, info)

    @strawberry.field(
        graphql_type=Comment | None, description="The comment that it is about; null for most kinds."
    )
    @staticmethod
    def comment(root: Parent[Event], info: Info) -> Awaitable[CommentRow | None] | None:
        return None if root.comment_id is None else info.context.load.comment.load(root.comment_id)

    @strawberry.field(description="What changed by it.")
    @staticmethod
    def changes(root: Parent[Event]) -> list[FieldChange]:
        return [_field_change(name, values) for name, values in root.changes.items()]


TimelineItem = Annotated[
    Comment | TicketEvent,
    strawberry.union("TimelineItem", description="Something that was said, or done."),
]


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
