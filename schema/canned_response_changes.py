"""The settings of canned responses: keeping, editing and deleting them."""

from typing import Annotated, cast

import strawberry

import resolvers.canned_responses
from resolvers.canned_responses import CannedResponseValues
from schema.arguments import given
from schema.canned_responses import CannedResponse
from schema.context import Info
from schema.ids import row_id
from schema.mutations import INPUT, MutationInput, OnceInput, Payload, carry_out
from schema.nodes import id_of

NAME = "One line, 1 to 80 characters; no two have the same, whatever its case."
BODY = (
    "Plain text, 1 to 20,000 characters, with variables as `{{name}}` or `{{name|fallback}}`."
    " One that is not known is refused."
)


@strawberry.input(description="A text to keep for answering.")
class CannedResponseCreateInput(OnceInput):
    name: str = strawberry.field(description=NAME)
    body: str = strawberry.field(description=BODY)


@strawberry.input(description="An edit of a canned response: what is left out stays as it is.")
class CannedResponseUpdateInput(MutationInput):
    canned_response_id: strawberry.ID = strawberry.field(description="The canned response.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description=NAME)
    body: str | None = strawberry.field(default=strawberry.UNSET, description=BODY)

    def values(self) -> CannedResponseValues:
        """Return what the operation takes. Null leaves a field as it is."""
        found = {name: given(getattr(self, name)) for name in ("name", "body")}
        return cast(CannedResponseValues, {name: text for name, text in found.items() if text is not None})


@strawberry.input(description="A canned response that is to go.")
class CannedResponseDeleteInput(MutationInput):
    canned_response_id: strawberry.ID = strawberry.field(description="The canned response.")


@strawberry.type(description="What `cannedResponseCreate` answers.")
class CannedResponseCreatePayload(Payload):
    canned_response: CannedResponse | None = strawberry.field(description="The new one; null when refused.")


@strawberry.type(description="What `cannedResponseUpdate` answers.")
class CannedResponseUpdatePayload(Payload):
    canned_response: CannedResponse | None = strawberry.field(
        description="The canned response as it is now; null when refused."
    )


@strawberry.type(description="What `cannedResponseDelete` answers.")
class CannedResponseDeletePayload(Payload):
    deleted_canned_response_id: strawberry.ID | None = strawberry.field(
        description="The `id` that is gone; null when refused."
    )


@strawberry.type
class CannedResponseMutations:
    @strawberry.mutation(description="Keep a text for answering. For admins.")
    async def canned_response_create(
        self, info: Info, input: Annotated[CannedResponseCreateInput, INPUT]
    ) -> CannedResponseCreatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info, input, lambda: resolvers.canned_responses.create(actor, input.name, input.body)
        )
        return CannedResponseCreatePayload(canned_response=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Change a canned response. For admins.")
    async def canned_response_update(
        self, info: Info, input: Annotated[CannedResponseUpdateInput, INPUT]
    ) -> CannedResponseUpdatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.canned_responses.update(actor, _row(input.canned_response_id), input.values()),
        )
        return CannedResponseUpdatePayload(canned_response=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Delete a canned response. What was sent with it stays. For admins.")
    async def canned_response_delete(
        self, info: Info, input: Annotated[CannedResponseDeleteInput, INPUT]
    ) -> CannedResponseDeletePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.canned_responses.delete(actor, _row(input.canned_response_id)),
        )
        gone = outcome.row and id_of(outcome.row)
        return CannedResponseDeletePayload(deleted_canned_response_id=gone, **outcome.payload)


def _row(given_id: strawberry.ID) -> int:
    return row_id(given_id, "CannedResponse", path=("input", "cannedResponseId"))
