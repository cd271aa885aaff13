"""Faults of the database driver, turned into refusals that are true and that a person may read."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import asyncpg
import structlog
from tortoise.exceptions import DBConnectionError

from models.errors import Conflict, DeskError, TimedOut, Unavailable

T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)

AWAY = "The database does not answer just now. Please try again in a moment."
BUSY = "Somebody else is changing this right now. Please try again."
SLOW = "This took too long and was stopped. Nothing was changed."
UNKNOWN = (
    "The database went away while this was being saved: it may or may not have been saved. "
    "Send it again with the same idempotencyKey to have it exactly once."
)

REFUSALS: tuple[tuple[tuple[type[BaseException], ...], type[DeskError], str], ...] = (
    ((asyncpg.QueryCanceledError,), TimedOut, SLOW),
    (
        (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError),
        Conflict,
        BUSY,
    ),
    (
        (
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.InsufficientResourcesError,
            asyncpg.InternalClientError,
            asyncpg.InterfaceError,
            asyncpg.IdleInTransactionSessionTimeoutError,
            DBConnectionError,
            ConnectionError,
            FileNotFoundError,
            TimeoutError,
        ),
        Unavailable,
        AWAY,
    ),
)


class CommitUnknown(Unavailable):
    """The connection was lost during the commit: nobody knows yet whether it happened."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN)


def refusal_of(fault: BaseException) -> DeskError | None:
    """Return the refusal that tells a person of this fault, None when the fault is a bug of ours."""
    for kinds, refusal, words in REFUSALS:
        if isinstance(fault, kinds):
            return refusal(words)
    return None


async def refused(body: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `body`; a fault of the driver comes out as the refusal that tells of it."""
    try:
        return await body()
    except Exception as fault:
        refusal = refusal_of(fault)
        if refusal is None:
            raise
        log.warning("database_fault", fault=type(fault).__name__, code=refusal.code)
        raise refusal from fault
