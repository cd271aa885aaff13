"""Putting labels on tickets and taking them off."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

import resolvers.ticket_labels
from models.tickets import Ticket as TicketRow
from schema.arguments import given
from schema.context import Info
from schema.ids import row_ids
from schema.mutations import INPUT, Outcome, Payload, TicketEditInput, carry_out, ticket_of
from schema.tickets import Ticket


@strawberry.input(description="Labels of a ticket.")
class TicketLabelsInput(TicketEditInput):
    label_ids: list[strawberry.ID] = strawberry.field(
        description="The labels, at most 20 at once. A ticket has at most 50."
    )


@strawberry.input(description="Labels to put on a ticket.")
class TicketAddLabelsInput(TicketLabelsInput):
    pass


@strawberry.input(description="Labels to take off a ticket.")
class TicketRemoveLabelsInput(TicketLabelsInput):
    pass


@strawberry.type(description="What `ticketAddLabels` answers.")
class TicketAddLabelsPayload(Payload):
    ticket: Ticket | None = strawberry.field(description="The ticket as it is now; null when refused.")


@strawberry.type(description="What `ticketRemoveLabels` answers.")
class TicketRemoveLabelsPayload(Payload):
    ticket: Ticket | None = strawberry.field(description="The ticket as it is now; null when refused.")


@strawberry.type
class TicketLabelMutations:
    @strawberry.mutation(description="Put labels on a ticket; those that it bears already stay on it.")
    async def ticket_add_labels(
        self, info: Info, input: Annotated[TicketAddLabelsInput, INPUT]
    ) -> TicketAddLabelsPayload | None:
        outcome = await _carry_out(info, input, resolvers.ticket_labels.add_labels)
        return TicketAddLabelsPayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Take labels off a ticket; those that it does not bear do not matter.")
    async def ticket_remove_labels(
        self, info: Info, input: Annotated[TicketRemoveLabelsInput, INPUT]
    ) -> TicketRemoveLabelsPayload | None:
        outcome = await _carry_out(info, input, resolvers.ticket_labels.remove_labels)
        return TicketRemoveLabelsPayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]


async def _carry_out(
    info: Info, input: TicketLabelsInput, operation: Callable[..., Awaitable[TicketRow]]
) -> Outcome[TicketRow]:
    actor, version = info.context.actor, given(input.expected_version)
    return await carry_out(
        info,
        input,
        lambda: operation(
            actor,
            ticket_of(input),
            row_ids(input.label_ids, "Label", path=("input", "labelIds")),
            expected_version=version,
        ),
    )
