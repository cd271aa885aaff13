"""Names that a workspace gives only once: two requests that race for one are told apart by the database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models.errors import Conflict


@asynccontextmanager
async def one_of_a_kind(taken: str, field: str = "name") -> AsyncGenerator[None]:
    """Refuse with Conflict, in the words of `taken`, what is written inside and is there already.

    `field` is the input field at fault. Only what is inside is undone: the change may go on.
    """
    try:
        async with in_transaction():
            yield
    except IntegrityError as fault:
        if isinstance(fault.__cause__, asyncpg.UniqueViolationError):
            raise Conflict(taken, path=("input", field)) from fault
        raise
