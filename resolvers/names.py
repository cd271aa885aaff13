"""What a workspace gives only once: two requests that race for it are told apart by the database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models.errors import Conflict


@asynccontextmanager
async def one_of_a_kind(**taken: str) -> AsyncGenerator[None]:
    """Refuse with Conflict what is written inside and is there already, in the words for its column.

    Only what is inside is undone: the change may go on.
    """
    try:
        async with in_transaction():
            yield
    except IntegrityError as fault:
        key = _key(fault)
        for column, words in taken.items():
            if column in key:
                raise Conflict(words, path=("input", _field(column))) from fault
        raise


def _key(fault: IntegrityError) -> str:
    """Return the columns of the key that was hurt, such as `(workspace_id, lower(name::text))`."""
    cause = fault.__cause__
    detail = getattr(cause, "detail", None) if isinstance(cause, asyncpg.UniqueViolationError) else None
    return (detail or "").partition("=")[0]


def _field(column: str) -> str:
    first, *words = column.split("_")
    return first + "".join(word.capitalize() for word in words)
