"""The customer's own ticket."""

from datetime import datetime
from typing import Annotated, Any, cast

import strawberry

import models.tickets
from models.events import Event
from models.ticket_enums import Status
from resolvers import access
from schema.arguments import After, Before, First, Last, wanted
from schema.attachments import attachments_page
from schema.connections import Connection
from schema.context import Info, Parent
from schema.cursors import event_cursor
from schema.fields import column, derived, group
from schema.nodes import Node
from schema.public.attachments import Attachment
from schema.public.comments import Comment
from schema.public.satisfaction import Satisfaction
from schema.rates import Allowance, allowance
from schema.scalars import EventCursor
from schema.timeline_page import timeline_page
from schema.viewer import RateLimit

Row = models.tickets.Ticket


@strawberry.type(description="Your ticket was created, or got another status.")
class StatusChange:
    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Event)

    @strawberry.field(description="When.")
    @staticmethod
    def created_at(root: Parent[Event]) -> datetime:
        return root.at

    @strawberry.field(description="The status before; null when it was created.")
    @staticmethod
    def before(root: Parent[Event]) -> Status | None:
        return _statuses(root)[0]

    @strawberry.field(description="The status afterwards.")
    @staticmethod
    def after(root: Parent[Event]) -> Status:
        return cast(Status, _statuses(root)[1])


TimelineItem = Annotated[
    Comment | StatusChange, strawberry.union("TimelineItem", description="Something that was said or done.")
]


def _is_asked(survey_asked_at: datetime | None) -> bool:
    return survey_asked_at is not None


@strawberry.type(description="Your request.")
class Ticket(Node):
    reference = derived(
        models.tickets.reference_of, "number", of=str, description="What to quote: `TKT-0042`."
    )
    title: str = column("One line.")
    description: str = column("Plain text; empty if there is none.")
    status: Status = column("Where it stands.")
    created_at: datetime = column("When it came in.")
    resolved_at: datetime | None = column("When it was resolved; null while it is not.")
    satisfaction = group(
        "survey_asked_at",
        of=Satisfaction | None,
        where=_is_asked,
        description="What you say of how it was handled; null until it was resolved and you are asked.",
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)

    @strawberry.field(
        graphql_type=Connection[TimelineItem], description="What was said and done, the oldest first."
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
        graphql_type=Connection[Attachment], description="All files on it that you may see, the oldest first."
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


@strawberry.type
class TicketQueries:
    @strawberry.field(graphql_type=Ticket | None, description="The ticket that your link leads to.")
    async def ticket(self, info: Info) -> Row | None:
        return await access.tickets(info.context.actor).first()

    @strawberry.field(
        description="Where the log stands. Read it first, then the ticket, then subscribe `after` it."
    )
    async def event_cursor(self, info: Info) -> EventCursor:
        actor = info.context.actor
        return EventCursor(event_cursor(actor, await access.head(actor)))

    @strawberry.field(graphql_type=RateLimit | None, description="How much you may ask; null on a socket.")
    def rate_limit(self) -> Allowance | None:
        return allowance.get()


def _statuses(event: Event) -> tuple[Status | None, Status | None]:
    before, after = event.changes.get("status") or (None, Status.OPEN)
    return (Status(str(before)) if before else None, Status(str(after)))
