"""Letters to one address take turns, so that a mailbox that hangs does not hold all of a worker's threads."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from jobs.retries import Postponed

AT_ONCE = 2  # letters to one address in a process
HUNG_SECONDS = 1.0  # a letter that takes longer has met a mailbox that hangs, most likely
AGAIN_SECONDS = 10.0


@dataclass
class _Line:
    """Who is sending to an address, by the loop's time at which they began, and how many wait."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    begun: list[float] = field(default_factory=list[float])
    people: int = 0


_lines: dict[str, _Line] = {}


@asynccontextmanager
async def turn(recipient: str) -> AsyncGenerator[None]:
    """Wait for a turn and take it; raises Postponed when those before us hang."""
    line = _lines.setdefault(recipient, _Line())
    line.people += 1
    try:
        async with _slot(line):
            yield
    finally:
        line.people -= 1
        if not line.people:
            del _lines[recipient]


@asynccontextmanager
async def _slot(line: _Line) -> AsyncGenerator[None]:
    await _wait(line)
    begun = asyncio.get_running_loop().time()
    line.begun.append(begun)
    try:
        yield
    finally:
        line.begun.remove(begun)
        line.slots.release()


async def _wait(line: _Line) -> None:
    now = asyncio.get_running_loop().time()
    if line.slots.locked() and line.begun and now - line.begun[0] > HUNG_SECONDS:
        raise Postponed(AGAIN_SECONDS)
    try:
        async with asyncio.timeout(HUNG_SECONDS):
            await line.slots.acquire()
    except TimeoutError:
        raise Postponed(AGAIN_SECONDS) from None
