"""Counts what is sent to the database."""

from collections.abc import Awaitable

from models import engine


async def statements_of(work: Awaitable[object]) -> int:
    """Return how many statements the work sends."""
    sent: list[str] = []
    engine.watchers.append(sent.append)
    try:
        await work
    finally:
        engine.watchers.remove(sent.append)
    return len(sent)
