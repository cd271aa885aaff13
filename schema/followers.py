"""Who follows a ticket, and following it oneself."""

from typing import Annotated

import strawberry

import resolvers.followers
from schema.context import Info
from schema.mutations import INPUT, MutationInput, Payload, carry_out, ticket_of
from schema.tickets import Ticket


@strawberry.input(description="A ticket to follow.")
class TicketFollowInput(MutationInput):
    ticket_id: strawberry.ID = strawberry.field(description="The ticket.")


@strawberry.input(description="A ticket to follow no longer.")
class TicketUnfollowInput(MutationInput):
    ticket_id: strawberry.ID = strawberry.field(description="The ticket.")


@strawberry.type(description="What `ticketFollow` answers.")
class TicketFollowPayload(Payload):
    ticket: Ticket | None = strawberry.field(description="The ticket; null when refused.")


@strawberry.type(description="What `ticketUnfollow` answers.")
class TicketUnfollowPayload(Payload):
    ticket: Ticket | None = strawberry.field(description="The ticket; null when refused.")


@strawberry.type
class FollowerMutations:
    @strawberry.mutation(
        description="Be told when others answer on the ticket. Viewers may, too. At most 100 members"
        " follow a ticket."
    )
    async def ticket_follow(
        self, info: Info, input: Annotated[TicketFollowInput, INPUT]
    ) -> TicketFollowPayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.followers.follow(actor, ticket_of(input)))
        return TicketFollowPayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Follow the ticket no longer.")
    async def ticket_unfollow(
        self, info: Info, input: Annotated[TicketUnfollowInput, INPUT]
    ) -> TicketUnfollowPayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.followers.unfollow(actor, ticket_of(input)))
        return TicketUnfollowPayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]
