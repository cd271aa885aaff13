"""Members, as colleagues see them."""

from datetime import datetime

import strawberry

import models.members
from models.people import Person
from models.permissions import Permission, Role
from resolvers.member_lists import open_ticket_counts
from resolvers.ticket_lists import Parent
from schema.context import Info
from schema.fields import column, derived, permitted, related, relation
from schema.nodes import Node
from schema.scalars import EmailAddress
from schema.tickets_of import tickets_of


def _is_there(removed_at: datetime | None) -> bool:
    return removed_at is None


def _is_gone(removed_at: datetime | None) -> bool:
    return removed_at is not None


@strawberry.type(description="Somebody of the workspace: an admin, an agent or a viewer.")
class Member(Node):
    name: str = column("As colleagues and customers see it.")
    # Never null, but a contact's can be: of an author, both are asked for in one selection.
    email = relation(
        ("person_id", Person), show="email", of=EmailAddress | None, description="What they sign in with."
    )
    role: Role = column("What the member may do.")
    assigned_tickets = tickets_of(Parent.ASSIGNEE, "The tickets that are theirs, the newest first.")
    may_delete: bool = column("Whether an agent may archive tickets too; admins always may, viewers never.")
    created_at: datetime = column("When they became a member.")
    removed_at: datetime | None = column("Since when they may do nothing here; null: they are a member.")
    is_active = derived(_is_there, "removed_at", of=bool, description="False for a member who was removed.")
    open_ticket_count = related(
        open_ticket_counts,
        of=int,
        description="How many open tickets are assigned to them. A removed member keeps theirs until somebody"
        " takes them.",
    )
    viewer_can_update = permitted(
        Permission.SETTINGS,
        "removed_at",
        unless=_is_gone,
        description="Whether you may change their rights. Your own name you always may, when signed in.",
    )
    viewer_can_remove = permitted(
        Permission.SETTINGS,
        "removed_at",
        unless=_is_gone,
        description="Whether you may remove them; the last admin stays.",
    )
    viewer_can_restore = permitted(
        Permission.SETTINGS, "removed_at", unless=_is_there, description="Whether you may let them in again."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.members.Member)
