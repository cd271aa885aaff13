"""How a face performs an operation: once for each idempotency key, and with the log's position after it."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import orjson
from tortoise import Tortoise

from models.actors import Actor
from models.database import fetch
from models.errors import IdempotencyKeyReused, Invalid
from models.events import MUTATION_ID_LENGTH
from models.idempotency import KEY_LENGTH, IdempotencyKey
from models.tenancy import Tenant
from models.texts import is_printable
from models.workspaces import Workspace
from resolvers.access import head
from resolvers.change import Change, change, operation

Row = TypeVar("Row", bound=Tenant | Workspace)

CLAIM = """
INSERT INTO idempotency_key (workspace_id, principal, key, fingerprint, created_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workspace_id, principal, key) DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Intent:
    """What a client asks for: `name` and `input` say what, `key` that it is to happen once."""

    name: str
    input: dict[str, Any] = field(default_factory=dict[str, Any])
    key: str | None = None
    client_mutation_id: str | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over name and input: the same for the same request."""
        text = orjson.dumps([self.name, self.input], option=orjson.OPT_SORT_KEYS, default=str)
        return hashlib.sha256(text).hexdigest()


@dataclass(frozen=True)
class Done(Generic[Row]):
    """The row that an operation returned, and the position of the workspace's log after it."""

    row: Row
    seq: int


@operation
async def perform(actor: Actor, intent: Intent, call: Callable[[], Awaitable[Row]]) -> Done[Row]:
    """Run `call`, an operation, and keep its answer for a day if the intent has a key.

    The same key with the same input has the same answer, also when both are sent at once; with
    another input it is refused. A refusal is not kept: the key may be used again.
    """
    _check(intent)
    async with change(actor, client_mutation_id=intent.client_mutation_id) as made:
        if intent.key is None:
            row = await call()
        elif (kept := await _claim(actor, intent, made)) is None:
            row = await call()
            made.last_steps.append(lambda made: _keep(actor, intent, row, made))
        else:
            return cast(Done[Row], await _answer_again(actor, kept))
    return Done(row, made.seq if made.seq is not None else await head(actor))


def _check(intent: Intent) -> None:
    _check_id(intent.key, "idempotencyKey", most=KEY_LENGTH)
    _check_id(intent.client_mutation_id, "clientMutationId", most=MUTATION_ID_LENGTH)


def _check_id(text: str | None, field: str, *, most: int) -> None:
    """Refuse with Invalid what a client cannot name its request by."""
    if text is not None and not (1 <= len(text) <= most and is_printable(text)):
        words = f"The {field} has 1 to {most} characters, without control characters."
        raise Invalid(words, path=("input", field))


async def _claim(actor: Actor, intent: Intent, made: Change) -> dict[str, Any] | None:
    """Claim the key and return None, or return what it was answered before.

    While another transaction holds the same key, the insert waits for its end.
    """
    if await fetch(CLAIM, actor.workspace_id, actor.principal, intent.key, intent.fingerprint, made.at):
        return None
    row = await IdempotencyKey.get(workspace_id=actor.workspace_id, principal=actor.principal, key=intent.key)
    if row.fingerprint != intent.fingerprint:
        raise IdempotencyKeyReused("This idempotency key was used before with another input.")
    assert row.result is not None, "a key is committed together with its result"
    return row.result


async def _keep(actor: Actor, intent: Intent, row: Tenant | Workspace, made: Change) -> None:
    seq = made.seq if made.seq is not None else await head(actor)
    result = {"model": type(row).__name__, "id": row.id, "seq": seq}
    await IdempotencyKey.filter(
        workspace_id=actor.workspace_id, principal=actor.principal, key=intent.key
    ).update(result=result)


async def _answer_again(actor: Actor, kept: dict[str, Any]) -> Done[Tenant]:
    model = cast(type[Tenant], Tortoise.apps["models"][kept["model"]])
    row = await model.get(workspace_id=actor.workspace_id, id=kept["id"])
    return Done(row, kept["seq"])
