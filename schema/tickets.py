"""Tickets, as members see them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models.tickets
from models.contacts import Contact as ContactRow
from models.members import Member as MemberRow
from models.permissions import Permission
from models.ticket_enums import OPEN_STATUSES, Channel, Priority, Status, TicketType
from resolvers.followers import followers_of_tickets, follows_tickets
from schema.arguments import After, Before, First, Last, wanted
from schema.attachments import Attachment, attachments_page
from schema.connections import Connection
from schema.contacts import Contact
from schema.context import Info, Parent
from schema.duplicates_page import duplicates_page
from schema.escalations import Escalation
from schema.fields import column, derived, group, permitted, related, relation
from schema.labels import Label, labels_of_tickets
from schema.members import Member
from schema.nodes import Node
from schema.resolutions import Resolution
from schema.satisfaction import Satisfaction
from schema.timeline_page import timeline_page

Row = models.tickets.Ticket
TimelineItem = Annotated["TimelineItem", strawberry.lazy("schema.timeline")]


def _any_given(*values: object) -> bool:
    return any(value is not None for value in values)


def _is_missing(value: object) -> bool:
    return value is None


def _is_over_or_away(status: Status, archived_at: datetime | None) -> bool:
    return status not in OPEN_STATUSES or archived_at is not None


def _cannot_reopen(status: Status, *away: object) -> bool:
    return status in OPEN_STATUSES or _any_given(*away)


def _cannot_escalate(status: Status, archived_at: datetime | None, priority: Priority) -> bool:
    return _is_over_or_away(status, archived_at) or priority is Priority.URGENT


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
    followers = related(
        followers_of_tickets,
        of=list[Member],
        description="The members who are told of answers on it, by name; at most 100.",
    )
    viewer_is_following = related(
        follows_tickets, of=bool, description="Whether you are told of answers on it."
    )
    follows = relation(
        ("follows_id", Row), of="Ticket | None", description="The closed ticket that it continues."
    )
    merged_into = relation(
        ("merged_into_id", Row),
        of="Ticket | None",
        description="The ticket that it joined as a duplicate; null if it is none.",
    )
    merged_at: datetime | None = column("When it joined that ticket; null while it is no duplicate.")
    resolution = group(
        "resolved_at",
        "resolution",
        of=Resolution | None,
        where=_any_given,
        description="How it was solved; null if it never was.",
    )
    escalation = group(
        "escalated_at",
        of=Escalation | None,
        where=_any_given,
        description="Why it was made urgent; null if it was not escalated.",
    )
    satisfaction = group(of=Satisfaction, description="How satisfied its customer is.")
    viewer_can_update = permitted(
        Permission.UPDATE,
        "archived_at",
        unless=_any_given,
        description="Whether you may edit it: not while it is archived.",
    )
    viewer_can_reply = permitted(
        Permission.REPLY,
        "archived_at",
        "merged_into_id",
        unless=_any_given,
        description="Whether you may answer its customer: neither archived nor merged.",
    )
    viewer_can_assign = permitted(
        Permission.UPDATE, "archived_at", unless=_any_given, description="Whether you may say whose it is."
    )
    viewer_can_resolve = permitted(
        Permission.UPDATE,
        "status",
        "archived_at",
        unless=_is_over_or_away,
        description="Whether you may resolve it: it is open.",
    )
    viewer_can_reopen = permitted(
        Permission.UPDATE,
        "status",
        "archived_at",
        "merged_into_id",
        unless=_cannot_reopen,
        description="Whether you may open it again: it is resolved or closed.",
    )
    viewer_can_escalate = permitted(
        Permission.ESCALATE,
        "status",
        "archived_at",
        "priority",
        unless=_cannot_escalate,
        description="Whether you may escalate it: it is open, and not urgent yet.",
    )
    viewer_can_merge = permitted(
        Permission.MERGE,
        "archived_at",
        "merged_into_id",
        unless=_any_given,
        description="Whether you may merge it: neither archived nor merged already.",
    )
    viewer_can_archive = permitted(
        Permission.DELETE,
        "archived_at",
        unless=_any_given,
        description="Whether you may archive it: you have the delete permission.",
    )
    viewer_can_restore = permitted(
        Permission.DELETE,
        "archived_at",
        unless=_is_missing,
        description="Whether you may bring it back from the archive.",
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)

    @strawberry.field(
        graphql_type=Connection[Annotated["Ticket", strawberry.lazy("schema.tickets")]],
        description="The duplicates that joined it, the oldest first.",
    )
    @staticmethod
    async def duplicates(
        root: Parent[Row],
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        return await duplicates_page(root, info, wanted(first, after, last, before))

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

    @strawberry.field(
        graphql_type=Connection[Attachment],
        description="All files on it, the oldest first: its own and those of its messages.",
    )
    @staticmethod
    async def attachments(
        root: Parent[Row],
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        return await attachments_page(root, info, wanted(first, after, last, before))
