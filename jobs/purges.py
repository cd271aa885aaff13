"""Throwing away rows that nobody needs any more. Events are kept for ever."""

from datetime import timedelta

from models import clock
from models.database import fetch, shielded
from models.idempotency import KEPT
from models.tenancy import systemwide

BATCH = 2000  # one statement stays far under a second
TRIES_KEPT = timedelta(days=1)  # much longer than any window in which they are counted

PURGE_KEYS = """
DELETE FROM idempotency_key WHERE id IN (SELECT id FROM idempotency_key WHERE created_at < $1 LIMIT $2)
RETURNING id
"""
PURGE_SESSIONS = """
DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < $1 LIMIT $2) RETURNING id
"""
PURGE_TRIES = """
DELETE FROM signin_try WHERE id IN (SELECT id FROM signin_try WHERE at < $1 LIMIT $2) RETURNING id
"""
PURGE_OUTBOX = """
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE done_at < now() - $1::interval LIMIT $2
) RETURNING id
"""
OUTBOX_KEPT = timedelta(days=7)


async def purge_idempotency_keys() -> None:
    """Forget answers to idempotency keys after a day."""
    await _purge(PURGE_KEYS, clock.now() - KEPT)


async def purge_sessions() -> None:
    """Forget sessions that have expired."""
    await _purge(PURGE_SESSIONS, clock.now())


async def purge_signin_tries() -> None:
    """Forget failed tries to sign in."""
    await _purge(PURGE_TRIES, clock.now() - TRIES_KEPT)


async def purge_outbox() -> None:
    """Forget jobs that were done a week ago, on the database's clock. Failed ones stay."""
    await _purge(PURGE_OUTBOX, OUTBOX_KEPT)


async def _purge(statement: str, bound: object) -> None:
    async def body() -> int:
        with systemwide("purge rows past their time"):
            return len(await fetch(statement, bound, BATCH))

    while await shielded(body) == BATCH:
        pass
