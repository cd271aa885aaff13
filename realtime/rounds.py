"""The rounds over all open sockets: what is due by time, and whether rights still stand."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine, Iterable
from contextvars import Context
from itertools import islice
from typing import Any, Protocol

import structlog

from models.actors import Actor
from realtime.closings import Closing
from realtime.faces import Face
from settings import settings

log = structlog.stdlib.get_logger(__name__)
AT_ONCE = 8  # questions about rights; more would crowd out requests


class Connection(Protocol):
    """An open socket, or event stream."""

    actor: Actor | None
    sure_at: float

    def tend(self, now: float) -> None:
        """Do what is due at `now`, in the loop's seconds."""
        ...

    def close(self, closing: Closing) -> None:
        """End it, for this reason."""
        ...


class Rounds:
    """Two tasks for all sockets together, instead of some for each. They run while any is open."""

    def __init__(self, face: Face, connections: Collection[Connection]) -> None:
        self._face = face
        self._connections = connections
        self._tending: asyncio.Task[None] | None = None
        self._checking: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start the rounds, unless they are being made already."""
        if self._tending is None or self._tending.done():
            self._tending = _spawn(self._tend())
        if self._checking is None or self._checking.done():
            self._checking = _spawn(self._check())

    async def _tend(self) -> None:
        loop = asyncio.get_running_loop()
        while self._connections:
            now = loop.time()
            for connection in tuple(self._connections):
                connection.tend(now)
            await asyncio.sleep(_step())

    async def _check(self) -> None:
        loop = asyncio.get_running_loop()
        while self._connections:
            began = loop.time()
            try:
                await self._check_all(self._by_actor())
            except Exception:
                log.exception("rights_round_fault")
            await asyncio.sleep(max(0, began + settings.recheck_seconds - loop.time()))

    async def _check_all(self, groups: dict[Actor, list[Connection]]) -> None:
        """Ask once for each actor; what cannot be told is logged in one line."""
        faults: list[Exception] = []
        remaining = iter(groups.items())
        while batch := list(islice(remaining, AT_ONCE)):
            answers = await asyncio.gather(*(self._check_one(*group) for group in batch))
            faults.extend(fault for fault in answers if fault is not None)
        if faults:
            log.warning("rights_unknown", actors=len(faults), exc_info=faults[0])

    async def _check_one(self, actor: Actor, connections: list[Connection]) -> Exception | None:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(settings.recheck_seconds):
                is_welcome = await self._face.still_welcome(actor)
        except Exception as fault:
            _close(c for c in connections if now - c.sure_at > settings.doubt_seconds)
            return fault
        for connection in connections:
            connection.sure_at = now
            if not is_welcome:
                connection.close(Closing.FORBIDDEN)
        return None

    def _by_actor(self) -> dict[Actor, list[Connection]]:
        groups: dict[Actor, list[Connection]] = defaultdict(list)
        for connection in self._connections:
            if connection.actor is not None:
                groups[connection.actor].append(connection)
        return groups


def _close(unsure: Iterable[Connection]) -> None:
    for connection in unsure:
        connection.close(Closing.RESTART)


def _step() -> float:
    """A second is fine enough for the usual settings; shorter ones want a finer step."""
    return min(1.0, settings.ping_seconds / 4, settings.init_seconds / 4)


def _spawn(body: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(body, context=Context())
