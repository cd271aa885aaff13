"""What all mutations share: their input, their payload, and the errors that a client can act on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

import strawberry
from graphql import GraphQLError

import models.tickets
from models import errors
from models.tenancy import Tenant
from models.workspaces import Workspace
from resolvers.perform import Intent, perform
from schema.arguments import given
from schema.context import Info
from schema.cursors import event_cursor
from schema.ids import row_id
from schema.scalars import EventCursor
from schema.tickets import Ticket

Row = TypeVar("Row", bound=Tenant | Workspace)
INPUT = strawberry.argument(description="What is to be done.")


@strawberry.enum(description="Why a mutation was refused.")
class UserErrorCode(Enum):
    BAD_USER_INPUT = strawberry.enum_value(
        "BAD_USER_INPUT", description="A field of the input is not right; `path` leads to it."
    )
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="There is none, or none you may see.")
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="You may see it but not do this.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="It does not fit how things stand.")
    STALE_OBJECT = strawberry.enum_value(
        "STALE_OBJECT", description="It has another version than `expectedVersion`."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED", description="The key was used before with another input."
    )


@strawberry.interface(description="A refusal that the client, or the person behind it, can act on.")
class UserError:
    message: str = strawberry.field(description="A sentence for people.")
    code: UserErrorCode = strawberry.field(description="For programs.")
    path: list[str] = strawberry.field(description="Leads to the input field at fault; else empty.")


@strawberry.type(description="A refusal of the ordinary kind.")
class MutationError(UserError):
    pass


@strawberry.type(description="Somebody else has changed the ticket since you looked at it.")
class StaleObjectError(UserError):
    ticket: Ticket = strawberry.field(description="The ticket as it stands now.")


@strawberry.type(description="The ticket is a duplicate that has joined another one.")
class TicketAlreadyMergedError(UserError):
    primary: Ticket = strawberry.field(description="The ticket that stays, at the end of the chain.")


@strawberry.input(description="What every mutation takes.")
class MutationInput:
    client_mutation_id: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Comes back in the payload and in events, so that a client knows its own echo."
        " At most 64 characters.",
    )


@strawberry.input(description="What every mutation takes that creates or sends something.")
class OnceInput(MutationInput):
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The same key with the same input has the same answer for 24 hours, and happens once."
        " 1 to 200 characters.",
    )


@strawberry.input(description="What every change of one ticket takes.")
class TicketEditInput(OnceInput):
    ticket_id: strawberry.ID = strawberry.field(description="The ticket.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Refuse with STALE_OBJECT when the ticket has another version by now.",
    )


@strawberry.interface(description="What every mutation answers.")
class Payload:
    client_mutation_id: str | None = strawberry.field(description="As it was sent.")
    event_cursor: EventCursor | None = strawberry.field(
        description="The log's position after the change: a subscription `after` it misses nothing."
        " Null when refused."
    )
    errors: list[UserError] = strawberry.field(description="Why it was refused; empty when done.")


@dataclass(frozen=True)
class Outcome(Generic[Row]):
    """How a mutation ended: with a row and the log's position, or with errors."""

    row: Row | None
    payload: dict[str, Any]
    """The fields that every payload has."""


async def carry_out(
    info: Info,
    input: MutationInput,
    call: Callable[[], Awaitable[Row]],
    *,
    first: Callable[[], Awaitable[None]] | None = None,
) -> Outcome[Row]:
    """Perform the operation behind a mutation, once for each idempotency key.

    `first` runs before, outside of the transaction: what takes long, such as comparing passwords.
    Refusals that a client can act on come back in the outcome; all others are raised.
    """
    if not info.context.may_mutate:
        raise GraphQLError("Mutations are sent over HTTP POST.", extensions={"code": "BAD_REQUEST"})
    mutation_id = given(input.client_mutation_id)
    try:
        if first is not None:
            await first()
        done = await perform(info.context.actor, _intent(info, input, mutation_id), call)
    except errors.DeskError as refusal:
        refusals = [_user_error(refusal)]
        return Outcome(None, {"client_mutation_id": mutation_id, "event_cursor": None, "errors": refusals})
    cursor = event_cursor(info.context.actor, done.seq)
    return Outcome(done.row, {"client_mutation_id": mutation_id, "event_cursor": cursor, "errors": []})


class OfTicketInput(Protocol):
    """An input that names a ticket."""

    ticket_id: strawberry.ID


def ticket_of(input: OfTicketInput) -> int:
    """Return the row id of the ticket that the input names. Refuses with Invalid what is no such id."""
    return row_id(input.ticket_id, "Ticket", path=("input", "ticketId"))


def _intent(info: Info, input: MutationInput, mutation_id: str | None) -> Intent:
    said = {name: value for name, value in vars(input).items() if value is not strawberry.UNSET}
    said.pop("client_mutation_id", None)
    key = said.pop("idempotency_key", None)
    return Intent(info.field_name, said, key, mutation_id)


def _user_error(refusal: errors.DeskError) -> UserError:
    if refusal.code not in UserErrorCode.__members__:
        raise refusal
    code, path = UserErrorCode[refusal.code], list(refusal.path)
    if isinstance(refusal, errors.StaleObject):
        assert isinstance(refusal.row, models.tickets.Ticket)
        return StaleObjectError(message=refusal.message, code=code, path=path, ticket=refusal.row)  # type: ignore[arg-type]
    if isinstance(refusal, errors.AlreadyMerged):
        assert isinstance(refusal.primary, models.tickets.Ticket)
        return TicketAlreadyMergedError(
            message=refusal.message,
            code=code,
            path=path,
            primary=refusal.primary,  # type: ignore[arg-type]
        )
    return MutationError(message=refusal.message, code=code, path=path)
