"""Somebody who listens to a doorbell."""

import asyncio
from collections.abc import Callable

from realtime.bus import Bus


class Ears:
    """Hears a bus, and can be awaited."""

    def __init__(self, bus: Bus) -> None:
        self.rings: list[tuple[int, int]] = []
        self.gaps = 0
        self._news = asyncio.Event()
        bus.on_ring(self._hear)
        bus.on_gap(self._miss)

    async def until_ring(self, ring: tuple[int, int]) -> None:
        await self._until(lambda: ring in self.rings)

    async def until_gaps(self, gaps: int) -> None:
        await self._until(lambda: self.gaps >= gaps)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(8):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    def _hear(self, workspace_id: int, seq: int) -> None:
        self.rings.append((workspace_id, seq))
        self._news.set()

    def _miss(self) -> None:
        self.gaps += 1
        self._news.set()
