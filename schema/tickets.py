"""Tickets, as members see them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models.tickets
from models.contacts import Contact as ContactRow
from models.members import Member as MemberRow
from models.permissions import Permission
from models.ticket_enums import Channel, Priority, Status, TicketType
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.contacts import Contact
from schema.context import Info, Parent
from schema.fields import column, derived, permitted, related, relation
from schema.labels import Label, labels_of_tickets
from schema.members import Member
from schema.nodes import Node
from schema.timeline_page import timeline_page

Row = models.tickets.Ticket
TimelineItem = Annotated["TimelineItem", strawberry.lazy("schema.timeline")]


@strawberry.type(description="A request of a customer.")
class Ticket(Node):
    reference = derived(
        models.tickets.reference_of,
        "number",
        of=str,
        description="What people quote: `TKT-0042`. Never changes.",
    )
    title: str = column("One line, at most 200 characters.")
    description: str = column("Plain text; empty if there is none.")
    status: Status = column("Where it stands.")
    priority: Priority = column("How urgent it is.")
    type: TicketType = column("What kind of request it is.")
    channel: Channel = column("The way it came in.")
    version: int = column("Counts its changes; send it as `expectedVersion`.")
    is_internal: bool = column("Whether a member hid it from its customer.")
    is_public: bool = column("Whether its customer may see and hear of it.")
    created_at: datetime = column("When it came in.")
    updated_at: datetime = column("When anything last happened to it.")
    first_response_at: datetime | None = column("When a member first answered.")
    resolved_at: datetime | None = column("When it was resolved; null while it is not.")
    closed_at: datetime | None = column("When it was closed; null while it is not.")
    archived_at: datetime | None = column("When it was put away; null while it is not.")
    contact = relation(("contact_id", ContactRow), of=Contact | None, description="The customer.")
    assignee = relation(
        ("assignee_id", MemberRow), of=Member | None, description="Whose it is; null if nobody's yet."
    )
    labels = related(labels_of_tickets, of=list[Label], description="Its labels, by name.")
    follows = relation(
        ("follows_id", Row), of="Ticket | None", description="The closed ticket that it continues."
    )
    viewer_can_update = permitted(Permission.UPDATE, description="Whether you may edit it.")
    viewer_can_reply = permitted(Permission.REPLY, description="Whether you may answer its customer.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)

    @strawberry.field(
        graphql_type=Connection[TimelineItem],
        description="Everything that was said and done, the oldest first.",
    )
    @staticmethod
    async def timeline(
        root: Parent[Row],
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        return await timeline_page(root, info, wanted(first, after, last, before))
