"""The logs of the watched workspaces, read once for each process and handed to all who listen."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

import structlog

from models.counters import Counter, CounterName
from models.database import spawn
from models.events import Event
from models.tenancy import systemwide
from realtime.bus import Bus
from settings import settings

log = structlog.stdlib.get_logger(__name__)
BATCH = 500  # events a read; the loop serves others between two


class Feed:
    """The log of one workspace. `seq` is how far it was read; each event goes to every listener once."""

    def __init__(self, workspace_id: int, seq: int) -> None:
        self.workspace_id = workspace_id
        self.seq = seq
        self._wanted = seq
        self._news = asyncio.Event()
        self._listeners: set[Callable[[Event], None]] = set()
        self._reader = spawn(self._run())

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Hand each event after `seq` to the listener, in order; return what ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def rung(self, seq: int) -> None:
        """Learn that the log has reached `seq`."""
        self._wanted = max(self._wanted, seq)
        if self._wanted > self.seq:
            self._news.set()

    @property
    def behind(self) -> int:
        """How many events are known of that were not read yet."""
        return self._wanted - self.seq

    @property
    def is_watched(self) -> bool:
        return bool(self._listeners)

    def close(self) -> None:
        self._reader.cancel()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                while self.seq < self._wanted and await self._read():
                    pass
            except Exception as fault:
                log.warning("feed_fault", fault=type(fault).__name__, workspace_id=self.workspace_id)
                await asyncio.sleep(settings.poll_seconds)
                self._news.set()

    async def _read(self) -> int:
        events = await events_after(self.workspace_id, self.seq, limit=BATCH)
        for event in events:
            self.seq = event.seq
            for listener in tuple(self._listeners):
                listener(event)
        self._wanted = max(self._wanted, self.seq)
        return len(events)


class Feeds:
    """The feeds of one process: rung by the doorbell, and polled in case a ring was lost."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._feeds: dict[int, Feed] = {}
        self._opening = asyncio.Lock()
        self._gap = asyncio.Event()  # rings may have been missed: look at once

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep the feeds moving inside the block."""
        unheard = self._bus.on_ring(self._ring)
        unasked = self._bus.on_gap(self._gap.set)
        poller = spawn(self._poll())
        try:
            yield
        finally:
            unheard()
            unasked()
            poller.cancel()
            for feed in self._feeds.values():
                feed.close()

    async def feed(self, workspace_id: int) -> Feed:
        """Return the feed of the workspace, beginning at the head of its log if it is new here."""
        async with self._opening:
            if workspace_id not in self._feeds:
                self._feeds[workspace_id] = Feed(workspace_id, await head_of(workspace_id))
            return self._feeds[workspace_id]

    @property
    def most_behind(self) -> int:
        """How many known events the slowest feed has still to read; for metrics."""
        return max((feed.behind for feed in self._feeds.values()), default=0)

    def _ring(self, workspace_id: int, seq: int) -> None:
        if (feed := self._feeds.get(workspace_id)) is not None:
            feed.rung(seq)

    async def _poll(self) -> None:
        """Look where the watched logs stand; forget those that nobody watches any more."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(settings.poll_seconds):
                    await self._gap.wait()
            self._gap.clear()
            for workspace_id in [key for key, feed in self._feeds.items() if not feed.is_watched]:
                self._feeds.pop(workspace_id).close()
            try:
                await self._look()
            except Exception as fault:
                log.warning("poll_fault", fault=type(fault).__name__)

    async def _look(self) -> None:
        if not self._feeds:
            return
        with systemwide("read the heads of the logs that are watched"):
            heads = await Counter.filter(workspace_id__in=list(self._feeds), name=CounterName.EVENT)
        for head in heads:
            self._ring(head.workspace_id, head.value)


async def head_of(workspace_id: int) -> int:
    """Return the seq of the newest event of the workspace's log, 0 before the first."""
    row = await Counter.get(workspace_id=workspace_id, name=CounterName.EVENT)
    return row.value


async def events_after(workspace_id: int, seq: int, *, limit: int) -> list[Event]:
    """Return the events of the log after `seq`, oldest first."""
    return await Event.filter(workspace_id=workspace_id, seq__gt=seq).order_by("seq").limit(limit)
