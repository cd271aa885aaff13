"""Comments, as members see them; replying and taking notes; being told of new ones."""

from collections.abc import AsyncGenerator, Awaitable
from datetime import datetime
from typing import Annotated

import strawberry

import models.comments
import resolvers.comments
import resolvers.deliveries
from models.ticket_enums import Channel, Status
from models.tickets import Ticket as TicketRow
from realtime.signals import Signal
from resolvers.mentions import mentions_of_comments
from schema.arguments import given
from schema.attachments import Attachment, attachments_of, attachments_of_comments
from schema.authors import author
from schema.context import Info, Parent
from schema.deliveries import Delivery, deliveries_of_comments
from schema.fields import column, related, relation
from schema.ids import row_id
from schema.members import Member
from schema.mutations import INPUT, OnceInput, Payload, carry_out, ticket_of
from schema.nodes import Node
from schema.signals import EventsAfter, OfTicket, Subscription, SubscriptionMessage, about_tickets
from schema.tickets import Ticket

Row = models.comments.Comment


@strawberry.type(description="Something that was said on a ticket.")
class Comment(Node):
    body: str = column("Plain text.")
    is_public: bool = column("False: an internal note, which no customer ever sees.")
    channel: Channel = column("The way it came in.")
    created_at: datetime = column("When it was said.")
    author = author("Who said it; null for the product itself.")
    ticket = relation(("ticket_id", TicketRow), of=Ticket | None, description="The ticket it was said on.")
    mentions = related(
        mentions_of_comments,
        of=list[Member],
        description="The members whom a note mentions, by name; at most 20.",
    )
    attachments = related(
        attachments_of_comments,
        of=list[Attachment],
        description="The files that were sent with it, at most 20; as hidden as it is.",
    )
    moved_from = relation(
        ("moved_from_id", TicketRow),
        of=Ticket | None,
        description="The duplicate it was said on, which has joined `ticket` since; null for all others.",
    )
    delivery = related(
        deliveries_of_comments,
        of=Delivery | None,
        description="How its mail to the customer fares; null where none was written, or not yet.",
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.input(description="An answer to the customer.")
class TicketReplyInput(OnceInput):
    ticket_id: strawberry.ID = strawberry.field(description="The ticket.")
    body: str = strawberry.field(description="Plain text, 1 to 100,000 characters.")
    status: Status | None = strawberry.field(
        default=strawberry.UNSET, description="Give the ticket this status afterwards: send and resolve."
    )
    since_comment_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The newest comment that you have seen: refused with CONFLICT when somebody else has"
        " commented since, in public or in a note.",
    )
    force: bool = strawberry.field(
        default=False, description="Send it whatever has come since; `sinceCommentId` is not looked at."
    )
    attachment_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Files that you have uploaded for it; at most 20."
    )

    def newest_seen(self) -> int | None:
        """Return the comment after which none of others' may have come; None where all may."""
        if self.force or not given(self.since_comment_id):
            return None
        return row_id(self.since_comment_id or "", "Comment", path=("input", "sinceCommentId"))


@strawberry.input(description="An internal note.")
class TicketAddNoteInput(OnceInput):
    ticket_id: strawberry.ID = strawberry.field(description="The ticket.")
    body: str = strawberry.field(description="Plain text, 1 to 100,000 characters.")
    mention_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Members to be told of it, who follow the ticket from then on; at most 20.",
    )
    attachment_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Files that you have uploaded for it; at most 20."
    )

    def mentioned(self) -> frozenset[int]:
        """Return the row ids of whom it mentions. Refuses with Invalid what is no member's id."""
        ids: list[str] = given(self.mention_ids) or []
        return frozenset(row_id(id_, "Member", path=("input", "mentionIds")) for id_ in ids)


@strawberry.input(description="A reply whose mail has failed.")
class CommentRedeliverInput(OnceInput):
    comment_id: strawberry.ID = strawberry.field(description="The reply.")


@strawberry.type(description="What answers about a comment.")
class CommentPayload(Payload):
    comment: Comment | None = strawberry.field(description="The comment; null when refused.")

    @strawberry.field(graphql_type=Ticket | None, description="Its ticket, as it stands now.")
    def ticket(self, info: Info) -> Awaitable[TicketRow | None] | None:
        row = self.comment
        return info.context.load.one(TicketRow).load(row.ticket_id) if isinstance(row, Row) else None


@strawberry.type(description="What `ticketReply` answers.")
class TicketReplyPayload(CommentPayload):
    pass


@strawberry.type(description="What `ticketAddNote` answers.")
class TicketAddNotePayload(CommentPayload):
    pass


@strawberry.type(description="What `commentRedeliver` answers.")
class CommentRedeliverPayload(CommentPayload):
    pass


@strawberry.type
class CommentMutations:
    @strawberry.mutation(description="Answer the customer: they get a mail, and the first answer counts.")
    async def ticket_reply(
        self, info: Info, input: Annotated[TicketReplyInput, INPUT]
    ) -> TicketReplyPayload | None:
        actor, status = info.context.actor, given(input.status)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.comments.reply(
                actor,
                ticket_of(input),
                input.body,
                status=status,
                since_comment_id=input.newest_seen(),
                attachment_ids=attachments_of(input.attachment_ids),
            ),
        )
        return TicketReplyPayload(comment=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Leave an internal note, which no customer ever sees.")
    async def ticket_add_note(
        self, info: Info, input: Annotated[TicketAddNoteInput, INPUT]
    ) -> TicketAddNotePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.comments.note(
                actor,
                ticket_of(input),
                input.body,
                input.mentioned(),
                attachment_ids=attachments_of(input.attachment_ids),
            ),
        )
        return TicketAddNotePayload(comment=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Have the mail of a reply sent again, to the address that its customer has now."
        " Refused with CONFLICT unless it has FAILED."
    )
    async def comment_redeliver(
        self, info: Info, input: Annotated[CommentRedeliverInput, INPUT]
    ) -> CommentRedeliverPayload | None:
        actor, comment_id = info.context.actor, input.comment_id
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.deliveries.redeliver(
                actor, row_id(comment_id, "Comment", path=("input", "commentId"))
            ),
        )
        return CommentRedeliverPayload(comment=outcome.row, **outcome.payload)  # type: ignore[arg-type]


@strawberry.type(description="A comment was added.")
class CommentAdded(SubscriptionMessage):
    @classmethod
    def is_type_of(cls, message: object, _: Info) -> bool:
        return isinstance(message, Signal)

    @strawberry.field(graphql_type=Comment | None, description="The comment; null unless an EVENT.")
    @staticmethod
    def comment(root: Parent[Signal], info: Info) -> Awaitable[Row | None] | None:
        comment_id = root.event and root.event.new_comment_id
        return None if comment_id is None else info.context.load.one(Row).load(comment_id)

    @strawberry.field(graphql_type=Ticket | None, description="Its ticket, as it stands by now.")
    @staticmethod
    def ticket(root: Parent[Signal], info: Info) -> Awaitable[TicketRow | None] | None:
        return info.context.load.one(TicketRow).load(root.event.ticket_id) if root.event else None


@strawberry.type
class CommentSubscriptions:
    @strawberry.subscription(
        graphql_type=AsyncGenerator[CommentAdded, None],
        description="Replies, notes and what customers write, on one ticket or on all.",
    )
    async def comment_added(
        self, info: Info, ticket_id: OfTicket = strawberry.UNSET, after: EventsAfter = strawberry.UNSET
    ) -> AsyncGenerator[Subscription, None]:
        yield await about_tickets(info, ticket_id, after, comments_only=True)
