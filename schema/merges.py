"""Merging duplicates, and taking them out again."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

import models.merges
import resolvers.merges
from models.tickets import Ticket as TicketRow
from schema.arguments import given
from schema.context import Info
from schema.ids import row_id
from schema.mutations import INPUT, OnceInput, Payload, carry_out
from schema.tickets import Ticket

Row = models.merges.Merge


@strawberry.input(description="A ticket that is the same request as another one.")
class TicketMergeInput(OnceInput):
    primary_ticket_id: strawberry.ID = strawberry.field(description="The ticket that stays.")
    duplicate_ticket_id: strawberry.ID = strawberry.field(
        description="The ticket that joins it, and is closed."
    )
    confirm_across_customers: bool = strawberry.field(
        default=False,
        description="Merge them though their customers differ, or though what was hidden from the customer"
        " on the duplicate is seen by them afterwards. Without it that is refused with CONFLICT.",
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Refuse with STALE_OBJECT when the duplicate has another version by now.",
    )


@strawberry.input(description="A duplicate to take out of the ticket it has joined.")
class TicketUnmergeInput(OnceInput):
    duplicate_ticket_id: strawberry.ID = strawberry.field(description="The duplicate.")


@strawberry.type(description="What answers about a merge.")
class MergePayload(Payload):
    merge: strawberry.Private[Row | None]

    @strawberry.field(graphql_type=Ticket | None, description="The ticket that stays; null when refused.")
    def primary(self, info: Info) -> Awaitable[TicketRow | None] | None:
        return info.context.load.one(TicketRow).load(self.merge.primary_id) if self.merge else None

    @strawberry.field(graphql_type=Ticket | None, description="The duplicate; null when refused.")
    def duplicate(self, info: Info) -> Awaitable[TicketRow | None] | None:
        return info.context.load.one(TicketRow).load(self.merge.duplicate_id) if self.merge else None


@strawberry.type(description="What `ticketMerge` answers.")
class TicketMergePayload(MergePayload):
    pass


@strawberry.type(description="What `ticketUnmerge` answers.")
class TicketUnmergePayload(MergePayload):
    pass


@strawberry.type
class MergeMutations:
    @strawberry.mutation(
        description="Let a duplicate join the ticket that stays: its comments, attachments and labels move"
        " there, it is closed, and what is written to it from now on lands there. Neither may be archived."
        " A ticket that was merged already is refused with a TicketAlreadyMergedError."
    )
    async def ticket_merge(
        self, info: Info, input: Annotated[TicketMergeInput, INPUT]
    ) -> TicketMergePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.merges.merge(
                actor,
                row_id(input.primary_ticket_id, "Ticket", path=("input", "primaryTicketId")),
                _duplicate(input),
                across_customers=input.confirm_across_customers,
                expected_version=given(input.expected_version),
            ),
        )
        return TicketMergePayload(merge=outcome.row, **outcome.payload)

    @strawberry.mutation(
        description="Take a duplicate out again: exactly what came from it goes back, and it stands as it did"
        " before. What was written since stays. Refused with CONFLICT where it is no duplicate."
    )
    async def ticket_unmerge(
        self, info: Info, input: Annotated[TicketUnmergeInput, INPUT]
    ) -> TicketUnmergePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.merges.unmerge(actor, _duplicate(input)))
        return TicketUnmergePayload(merge=outcome.row, **outcome.payload)


def _duplicate(input: TicketMergeInput | TicketUnmergeInput) -> int:
    return row_id(input.duplicate_ticket_id, "Ticket", path=("input", "duplicateTicketId"))
