"""Tickets, as members see them."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any

import strawberry

import models.tickets
from models.contacts import Contact as ContactRow
from models.labels import Label as LabelRow
from models.members import Member as MemberRow
from models.permissions import Permission
from models.ticket_enums import Channel, Priority, Status, TicketType
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.contacts import Contact
from schema.context import Info, Parent
from schema.labels import Label
from schema.loaders import at_once
from schema.members import Member
from schema.nodes import Node
from schema.timeline_page import timeline_page

Row = models.tickets.Ticket
TimelineItem = Annotated["TimelineItem", strawberry.lazy("schema.timeline")]


@strawberry.type(description="A request of a customer.")
class Ticket(Node):
    reference: str = strawberry.field(description="What people quote: `TKT-0042`. Never changes.")
    title: str = strawberry.field(description="One line, at most 200 characters.")
    description: str = strawberry.field(description="Plain text; empty if there is none.")
    status: Status = strawberry.field(description="Where it stands.")
    priority: Priority = strawberry.field(description="How urgent it is.")
    type: TicketType = strawberry.field(description="What kind of request it is.")
    channel: Channel = strawberry.field(description="The way it came in.")
    version: int = strawberry.field(description="Counts its changes; send it as `expectedVersion`.")
    is_internal: bool = strawberry.field(description="Whether a member hid it from its customer.")
    is_public: bool = strawberry.field(description="Whether its customer may see and hear of it.")
    created_at: datetime = strawberry.field(description="When it came in.")
    updated_at: datetime = strawberry.field(description="When anything last happened to it.")
    first_response_at: datetime | None = strawberry.field(description="When a member first answered.")
    resolved_at: datetime | None = strawberry.field(description="When it was resolved; null while it is not.")
    closed_at: datetime | None = strawberry.field(description="When it was closed; null while it is not.")
    archived_at: datetime | None = strawberry.field(description="When it was put away; null while it is not.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)

    @strawberry.field(graphql_type=Contact | None, description="The customer.")
    @staticmethod
    def contact(root: Parent[Row], info: Info) -> Awaitable[ContactRow | None] | ContactRow | None:
        if root.contact_id is None:
            return None
        return at_once(info.context.load.contact.load(root.contact_id))

    @strawberry.field(graphql_type=Member | None, description="Whose it is; null if nobody's yet.")
    @staticmethod
    def assignee(root: Parent[Row], info: Info) -> Awaitable[MemberRow | None] | MemberRow | None:
        if root.assignee_id is None:
            return None
        return at_once(info.context.load.member.load(root.assignee_id))

    @strawberry.field(graphql_type=list[Label], description="Its labels, by name.")
    @staticmethod
    def labels(root: Parent[Row], info: Info) -> Awaitable[list[LabelRow]] | list[LabelRow]:
        return at_once(info.context.load.labels.load(root.id))

    @strawberry.field(graphql_type="Ticket | None", description="The closed ticket that it continues.")
    @staticmethod
    def follows(root: Parent[Row], info: Info) -> Awaitable[Row | None] | None:
        return None if root.follows_id is None else info.context.load.ticket.load(root.follows_id)

    @strawberry.field(description="Whether you may edit it.")
    def viewer_can_update(self, info: Info) -> bool:
        return info.context.actor.may(Permission.UPDATE)

    @strawberry.field(description="Whether you may answer its customer.")
    def viewer_can_reply(self, info: Info) -> bool:
        return info.context.actor.may(Permission.REPLY)

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
