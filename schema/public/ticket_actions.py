"""What the customer does with their ticket besides writing."""

from typing import Annotated, cast

import strawberry

import resolvers.satisfaction
from models.satisfaction import Rating
from schema.context import Info
from schema.mutations import INPUT, OnceInput, Payload, carry_out
from schema.public.tickets import Ticket


@strawberry.input(description="How satisfied you are.")
class TicketRateInput(OnceInput):
    score: int = strawberry.field(description="1 (not at all satisfied) to 5.")
    remark: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Plain text, at most 2,000 characters. Left out, what you wrote before stays; null"
        " clears it.",
    )

    def rating(self) -> Rating:
        """Return what the operation takes."""
        given = Rating(score=self.score)
        if self.remark is not strawberry.UNSET:
            given["remark"] = self.remark
        return given


@strawberry.type(description="What `ticketRate` answers.")
class TicketRatePayload(Payload):
    ticket: Ticket | None = strawberry.field(description="Your request as it is now; null when refused.")


@strawberry.type
class TicketActions:
    @strawberry.mutation(
        description="Say how satisfied you are. Refused with CONFLICT before your request was resolved, and"
        " when you said it more than 14 days ago."
    )
    async def ticket_rate(
        self, info: Info, input: Annotated[TicketRateInput, INPUT]
    ) -> TicketRatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.satisfaction.rate(actor, input.rating()))
        return TicketRatePayload(ticket=cast("Ticket | None", outcome.row), **outcome.payload)
