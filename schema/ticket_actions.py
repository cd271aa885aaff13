"""The actions on a ticket that have a button of their own: assigning, resolving, archiving and the like."""

from typing import Annotated, cast

import strawberry

import resolvers.archive
import resolvers.assignments
import resolvers.escalations
import resolvers.resolutions
from models.errors import Invalid
from models.tickets import Resolution
from schema.arguments import given
from schema.context import Info
from schema.ids import row_id
from schema.mutations import INPUT, Payload, TicketEditInput, carry_out, ticket_of
from schema.tickets import Ticket


@strawberry.input(description="Whose a ticket becomes.")
class TicketAssignInput(TicketEditInput):
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The member whose it becomes; null takes it from everybody. Must be given.",
    )

    def assignee(self) -> int | None:
        """Return the member's row id. Refuses with Invalid when nothing was given."""
        path = ("input", "assigneeId")
        if self.assignee_id is strawberry.UNSET:
            raise Invalid("Say whose it becomes; null for nobody's.", path=path)
        return None if self.assignee_id is None else row_id(self.assignee_id, "Member", path=path)


@strawberry.input(description="How a ticket was solved: what is left out stays as it is, null clears.")
class TicketResolveInput(TicketEditInput):
    resolution: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="How it was solved: plain text for members, at most 20,000 characters.",
    )
    agent_score: int | None = strawberry.field(
        default=strawberry.UNSET, description="How satisfied the customer seems to you, 1 to 5."
    )

    def values(self) -> Resolution:
        """Return what the operation takes."""
        found = {"text": self.resolution, "agent_score": self.agent_score}
        return cast(
            Resolution, {name: value for name, value in found.items() if value is not strawberry.UNSET}
        )


@strawberry.input(description="The ticket to open again.")
class TicketReopenInput(TicketEditInput):
    pass


@strawberry.input(description="Why a ticket becomes urgent.")
class TicketEscalateInput(TicketEditInput):
    reason: str = strawberry.field(description="Why: plain text for members, 1 to 2,000 characters.")


@strawberry.input(description="The ticket to put away.")
class TicketArchiveInput(TicketEditInput):
    pass


@strawberry.input(description="The ticket to bring back.")
class TicketRestoreInput(TicketEditInput):
    pass


@strawberry.type(description="What answers about a ticket.")
class TicketPayload(Payload):
    ticket: Ticket | None = strawberry.field(description="The ticket as it is now; null when refused.")


@strawberry.type(description="What `ticketAssign` answers.")
class TicketAssignPayload(TicketPayload):
    pass


@strawberry.type(description="What `ticketResolve` answers.")
class TicketResolvePayload(TicketPayload):
    pass


@strawberry.type(description="What `ticketReopen` answers.")
class TicketReopenPayload(TicketPayload):
    pass


@strawberry.type(description="What `ticketEscalate` answers.")
class TicketEscalatePayload(TicketPayload):
    pass


@strawberry.type(description="What `ticketArchive` answers.")
class TicketArchivePayload(TicketPayload):
    pass


@strawberry.type(description="What `ticketRestore` answers.")
class TicketRestorePayload(TicketPayload):
    pass


@strawberry.type
class TicketActions:
    @strawberry.mutation(description="Give a ticket to a member, or take it from everybody.")
    async def ticket_assign(
        self, info: Info, input: Annotated[TicketAssignInput, INPUT]
    ) -> TicketAssignPayload | None:
        actor, version = info.context.actor, given(input.expected_version)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.assignments.assign(
                actor, ticket_of(input), input.assignee(), expected_version=version
            ),
        )
        return TicketAssignPayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Resolve a ticket: its customer gets a mail. Refused with CONFLICT unless it is open."
    )
    async def ticket_resolve(
        self, info: Info, input: Annotated[TicketResolveInput, INPUT]
    ) -> TicketResolvePayload | None:
        actor, version = info.context.actor, given(input.expected_version)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.resolutions.resolve(
                actor, ticket_of(input), input.values(), expected_version=version
            ),
        )
        return TicketResolvePayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Open a ticket again that was resolved or closed, however long ago. Refused with CONFLICT"
        " when it is open, or was merged into another."
    )
    async def ticket_reopen(
        self, info: Info, input: Annotated[TicketReopenInput, INPUT]
    ) -> TicketReopenPayload | None:
        actor, version = info.context.actor, given(input.expected_version)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.resolutions.reopen(actor, ticket_of(input), expected_version=version),
        )
        return TicketReopenPayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Make a ticket URGENT and say why; the admins are told. Refused with CONFLICT when it is"
        " urgent already, or not open."
    )
    async def ticket_escalate(
        self, info: Info, input: Annotated[TicketEscalateInput, INPUT]
    ) -> TicketEscalatePayload | None:
        actor, version = info.context.actor, given(input.expected_version)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.escalations.escalate(
                actor, ticket_of(input), input.reason, expected_version=version
            ),
        )
        return TicketEscalatePayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Put a ticket away: no list shows it, and members edit it no more until it is restored."
        " A message of its customer brings it back too. Needs the delete permission."
    )
    async def ticket_archive(
        self, info: Info, input: Annotated[TicketArchiveInput, INPUT]
    ) -> TicketArchivePayload | None:
        actor, version = info.context.actor, given(input.expected_version)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.archive.archive(actor, ticket_of(input), expected_version=version),
        )
        return TicketArchivePayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Bring a ticket back from the archive, as it was. Needs the delete permission."
    )
    async def ticket_restore(
        self, info: Info, input: Annotated[TicketRestoreInput, INPUT]
    ) -> TicketRestorePayload | None:
        actor, version = info.context.actor, given(input.expected_version)
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.archive.restore(actor, ticket_of(input), expected_version=version),
        )
        return TicketRestorePayload(ticket=outcome.row, **outcome.payload)  # type: ignore[arg-type]
