"""One's own inbox, and being told of what comes into it."""

from collections.abc import AsyncGenerator, Awaitable
from datetime import datetime
from typing import Annotated, Any, cast

import strawberry

import models.notifications
import resolvers.notifications
from models.comments import Comment as CommentRow
from models.contacts import Contact as ContactRow
from models.events import Event
from models.members import Member as MemberRow
from models.notifications import NoticeKind
from models.permissions import Permission
from models.reactions import MAILED
from models.tickets import Ticket as TicketRow
from realtime.signals import Signal, Topic
from resolvers import access
from schema.arguments import After, Before, First, Last, wanted
from schema.authors import Author
from schema.comments import Comment
from schema.connections import Connection
from schema.context import Info, Parent
from schema.cursors import parsed_event_cursor
from schema.fields import column, derived, load_ahead, related, relation
from schema.newest_lists import newest_page
from schema.nodes import Node
from schema.selections import names_below
from schema.signals import EventsAfter, Subscription, SubscriptionMessage
from schema.tickets import Ticket
from schema.timeline import TicketEvent

Row = models.notifications.Notification

UnreadOnly = Annotated[bool, strawberry.argument(description="Only those that you have not read.")]


def _is_read(read_at: datetime | None) -> bool:
    return read_at is not None


@strawberry.type(
    description="An entry of your inbox: that you are told of something. What comes in one bulk change, or as"
    " more than five of a kind in a minute, becomes one entry. Nobody else sees it."
)
class Notification(Node):
    kind: NoticeKind = column("What you are told of.")
    text = related(
        resolvers.notifications.summaries,
        of=str,
        description="What happened, as a sentence without its full stop: `Ada assigned TKT-0042 to you`.",
    )
    ticket = relation(
        ("ticket_id", TicketRow), of=Ticket | None, description="The ticket; of several the first."
    )
    comment = relation(
        ("comment_id", CommentRow), of=Comment | None, description="What was said; null where nothing was."
    )
    event = relation(
        ("event_id", Event), of=TicketEvent | None, description="What happened; of several the first."
    )
    actor = relation(
        ("actor_member_id", MemberRow),
        ("actor_contact_id", ContactRow),
        of=Author | None,
        description="Who did it; null for the product itself.",
    )
    count = related(
        resolvers.notifications.digest_counts,
        of=int,
        description="How many events it tells of; 1 for most.",
    )
    tickets = related(
        resolvers.notifications.digest_tickets,
        of=list[Ticket],
        description="The tickets that it is about, in the order of what happened; at most 50.",
    )
    is_read = derived(_is_read, "read_at", of=bool, description="Whether you have read it.")
    read_at: datetime | None = column("When you read it; null while you have not.")
    created_at: datetime = column("When it came in.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.type(description="Whether you get mails about a kind of notification. Your inbox has all kinds.")
class NotificationPreference:
    kind: NoticeKind = strawberry.field(description="What it is about.")
    is_emailed: bool = strawberry.field(
        description="Whether you get a mail too, when you have not read it in your inbox within 45 seconds."
    )


async def preferences(info: Info) -> list[NotificationPreference]:
    """Return for each kind that is mailed whether the viewer wants that."""
    off = await resolvers.notifications.muted(info.context.actor)
    return [
        NotificationPreference(kind=kind, is_emailed=kind not in off) for kind in NoticeKind if kind in MAILED
    ]


@strawberry.type
class ViewerInbox:
    @strawberry.field(graphql_type=Connection[Notification], description="Your inbox, the newest first.")
    async def notifications(
        self,
        info: Info,
        unread_only: UnreadOnly = False,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        rows = access.notifications(info.context.actor)
        rows = rows.filter(read_at=None) if unread_only else rows
        page = await newest_page(rows, wanted(first, after, last, before))
        await load_ahead(info.context.load, Notification, page.nodes, names_below(info))
        return page

    @strawberry.field(description="How many entries of your inbox you have not read.")
    async def unread_notification_count(self, info: Info) -> int:
        return await resolvers.notifications.unread_count(info.context.actor)

    @strawberry.field(description="About which kinds of notification you get mails.")
    async def notification_preferences(self, info: Info) -> list[NotificationPreference]:
        return await preferences(info)


@strawberry.type(description="Something came into your inbox, or an entry of it tells of more by now.")
class NotificationAdded(SubscriptionMessage):
    @classmethod
    def is_type_of(cls, message: object, _: Info) -> bool:
        return isinstance(message, Signal)

    @strawberry.field(
        graphql_type=Notification | None,
        description="The entry; null unless an EVENT. One that you have already tells of more by now.",
    )
    @staticmethod
    def notification(root: Parent[Signal], info: Info) -> Awaitable[Row | None] | None:
        if root.event is None:
            return None
        told = dict(zip(_ids(root.event, "told"), _ids(root.event, "notifications"), strict=True))
        return info.context.load.one(Row).load(told[info.context.actor.member_id or 0])

    @strawberry.field(description="How many entries of your inbox you have not read, by now.")
    @staticmethod
    async def unread_count(root: Parent[Signal], info: Info) -> int:
        return await resolvers.notifications.unread_count(info.context.actor)


@strawberry.type
class NotificationSubscriptions:
    @strawberry.subscription(
        graphql_type=AsyncGenerator[NotificationAdded, None],
        description="What comes into your inbox: yours alone.",
    )
    async def notification_added(
        self, info: Info, after: EventsAfter = strawberry.UNSET
    ) -> AsyncGenerator[Subscription, None]:
        actor = info.context.actor
        actor.require(Permission.READ)
        seq = parsed_event_cursor(actor, after) if isinstance(after, str) else None
        yield Subscription(Topic(actor.workspace_id, member_id=actor.member_id), seq)


def _ids(event: Event, name: str) -> list[int]:
    return cast(list[int], event.changes[name])
