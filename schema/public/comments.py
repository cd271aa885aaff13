"""What was said on the customer's ticket, in public."""

from collections.abc import AsyncGenerator, Awaitable
from datetime import datetime
from typing import Annotated, cast

import strawberry

import models.comments
import resolvers.comments
from models.ticket_enums import Channel
from realtime.signals import Signal, Topic
from schema.attachments import attachments_of, attachments_of_comments
from schema.authors import AUTHOR_KEYS
from schema.context import Info, Parent
from schema.cursors import parsed_event_cursor
from schema.fields import column, derived, related, relation
from schema.mutations import INPUT, OnceInput, Payload, carry_out
from schema.nodes import Node
from schema.public.attachments import Attachment
from schema.signals import EventsAfter, Subscription, SubscriptionMessage

Row = models.comments.Comment


def _is_somebody(row_id: int | None) -> bool:
    return row_id is not None


@strawberry.type(description="Something that was said, by you or to you.")
class Comment(Node):
    body: str = column("Plain text.")
    created_at: datetime = column("When it was said.")
    is_from_customer = derived(
        _is_somebody, "contact_id", of=bool, description="Whether you said it; otherwise the team did."
    )
    author_name = relation(
        *AUTHOR_KEYS, show="name", of=str | None, description="The name of whoever said it."
    )
    attachments = related(
        attachments_of_comments, of=list[Attachment], description="The files that were sent with it."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.input(description="What you want to say.")
class TicketReplyInput(OnceInput):
    body: str = strawberry.field(description="Plain text, 1 to 100,000 characters.")
    attachment_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Files that you have uploaded for it; at most 5."
    )


@strawberry.type(description="What `ticketReply` answers.")
class TicketReplyPayload(Payload):
    comment: Comment | None = strawberry.field(description="What you said; null when refused.")


@strawberry.type
class CommentMutations:
    @strawberry.mutation(description="Write to the team. A ticket that was resolved is opened again.")
    async def ticket_reply(
        self, info: Info, input: Annotated[TicketReplyInput, INPUT]
    ) -> TicketReplyPayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.comments.customer_reply(
                actor,
                input.body,
                Channel.PORTAL,
                attachment_ids=attachments_of(input.attachment_ids),
            ),
        )
        return TicketReplyPayload(comment=cast("Comment | None", outcome.row), **outcome.payload)


@strawberry.type(description="A comment was added to your ticket.")
class CommentAdded(SubscriptionMessage):
    @classmethod
    def is_type_of(cls, message: object, _: Info) -> bool:
        return isinstance(message, Signal)

    @strawberry.field(graphql_type=Comment | None, description="The comment; null unless an EVENT.")
    @staticmethod
    def comment(root: Parent[Signal], info: Info) -> Awaitable[Row | None] | None:
        comment_id = root.event and root.event.new_comment_id
        return None if comment_id is None else info.context.load.one(Row).load(comment_id)


@strawberry.type
class CommentSubscriptions:
    @strawberry.subscription(
        graphql_type=AsyncGenerator[CommentAdded, None],
        description="What is said on your ticket from now on, or from a cursor on.",
    )
    async def comment_added(
        self, info: Info, after: EventsAfter = strawberry.UNSET
    ) -> AsyncGenerator[Subscription, None]:
        actor = info.context.actor
        seq = parsed_event_cursor(actor, after) if isinstance(after, str) else None
        yield Subscription(Topic(actor.workspace_id, actor.ticket_id, comments_only=True, public=True), seq)
