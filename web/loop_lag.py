"""How late the event loop is: what every request in this process waits on top of its own work."""

import asyncio
from collections.abc import Callable

import structlog

PERIOD_SECONDS = 0.25
LATE_SECONDS = 0.25  # people notice; something on the loop should not be there

log = structlog.stdlib.get_logger(__name__)


async def measure(observe: Callable[[float], object]) -> None:
    """Tell `observe` for ever, four times a second, by how many seconds the loop woke us too late."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + PERIOD_SECONDS
        await asyncio.sleep(PERIOD_SECONDS)
        late = max(0.0, loop.time() - due)
        observe(late)
        if late > LATE_SECONDS:
            log.warning("loop_late", lag_ms=round(late * 1000))
