"""Members, as colleagues see them."""

import strawberry

import models.members
from models.permissions import Role
from resolvers.ticket_lists import Parent
from schema.context import Info
from schema.fields import column
from schema.nodes import Node
from schema.tickets_of import tickets_of


@strawberry.type(description="Somebody of the workspace: an admin, an agent or a viewer.")
class Member(Node):
    name: str = column("As colleagues and customers see it.")
    role: Role = column("What the member may do.")
    assigned_tickets = tickets_of(Parent.ASSIGNEE, "The tickets that are theirs, the newest first.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.members.Member)
