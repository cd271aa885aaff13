"""The schema of customers, `/public/graphql`."""

import strawberry

from schema.mutations import MutationError
from schema.public.attachments import Attachment, AttachmentMutations
from schema.public.comments import Comment, CommentMutations, CommentSubscriptions
from schema.public.ticket_actions import TicketActions
from schema.public.tickets import StatusChange, Ticket, TicketQueries
from schema.scalars import config


@strawberry.type(description="What you can ask about your ticket.")
class Query(TicketQueries):
    pass


@strawberry.type(description="What you can do on your ticket.")
class Mutation(CommentMutations, AttachmentMutations, TicketActions):
    pass


@strawberry.type(description="What you can listen to, over a socket.")
class Subscription(CommentSubscriptions):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Ticket, Comment, Attachment, StatusChange, MutationError],
    config=config(),
)
