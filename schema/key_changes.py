"""Making and ending API keys."""

from datetime import datetime
from typing import Annotated

import strawberry

import resolvers.keys
from models.keys import ApiKey as ApiKeyRow
from models.permissions import Scope
from schema.arguments import given
from schema.context import Info
from schema.ids import row_id
from schema.keys import ApiKey
from schema.mutations import INPUT, MutationInput, OnceInput, Payload, carry_out


@strawberry.input(description="A new API key.")
class ApiKeyCreateInput(OnceInput):
    name: str = strawberry.field(description="What it is used for: one line, 1 to 80 characters.")
    scopes: list[Scope] = strawberry.field(
        description="What it may do, of what its member may; at least one."
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="When it ends by itself, in the future; left out or null: never."
        " A key makes none that outlives it.",
    )
    member_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="For whom it acts; you, if left out. For others: admins only."
    )


@strawberry.input(description="An API key that is to end.")
class ApiKeyRevokeInput(MutationInput):
    api_key_id: strawberry.ID = strawberry.field(description="The key.")


@strawberry.type(description="What `apiKeyCreate` answers.")
class ApiKeyCreatePayload(Payload):
    api_key: ApiKey | None = strawberry.field(description="The new key; null when refused.")
    secret: str | None = strawberry.field(
        description="What programs send as `Authorization: Bearer …`. It is shown this once and kept nowhere:"
        " null when the same idempotency key is answered again."
    )


@strawberry.type(description="What `apiKeyRevoke` answers.")
class ApiKeyRevokePayload(Payload):
    api_key: ApiKey | None = strawberry.field(description="The key, which has ended; null when refused.")


@strawberry.type
class KeyMutations:
    @strawberry.mutation(
        description="Make an API key. Everybody makes their own when signed in; a key makes others only when"
        " it is an admin's with the scope ADMIN."
    )
    async def api_key_create(
        self, info: Info, input: Annotated[ApiKeyCreateInput, INPUT]
    ) -> ApiKeyCreatePayload | None:
        secrets: list[str] = []  # beside the row, for only the row is remembered for an idempotency key

        async def create() -> ApiKeyRow:
            key, secret = await _create(info, input)
            secrets.append(secret)
            return key

        outcome = await carry_out(info, input, create)
        shown = secrets[0] if secrets and outcome.row else None
        return ApiKeyCreatePayload(api_key=outcome.row, secret=shown, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="End an API key for good; its sockets are closed within seconds. Your own when signed in;"
        " admins end any."
    )
    async def api_key_revoke(
        self, info: Info, input: Annotated[ApiKeyRevokeInput, INPUT]
    ) -> ApiKeyRevokePayload | None:
        actor, key_id = info.context.actor, input.api_key_id
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.keys.revoke_key(actor, row_id(key_id, "ApiKey", path=("input", "apiKeyId"))),
        )
        return ApiKeyRevokePayload(api_key=outcome.row, **outcome.payload)  # type: ignore[arg-type]


async def _create(info: Info, input: ApiKeyCreateInput) -> tuple[ApiKeyRow, str]:
    actor, member_id = info.context.actor, given(input.member_id)
    return await resolvers.keys.create_key(
        actor,
        (actor.member_id or 0)
        if member_id is None
        else row_id(member_id, "Member", path=("input", "memberId")),
        input.name,
        frozenset(input.scopes),
        expires_at=given(input.expires_at),
    )
