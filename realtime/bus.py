"""The doorbell: tells every process that a workspace's log has moved on, and nothing else.

A lost ring costs latency, never content: whoever listens also polls.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from typing import TypeVar

import structlog

from realtime import rings
from realtime.link import Link, link

T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)
CHANNEL = "deskwire_doorbell"
FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 5.0
BEATS_MISSED = 3
FLUSH_SECONDS = 1.0  # for the last rings of a process that stops

Ring = Callable[[int, int], None]
Gap = Callable[[], None]


class Bus:
    """One subscription of a process, kept alive: it listens for its own beat and is rebuilt without.

    `url` is postgres://, redis:// or memory://, which stays inside the process.
    """

    def __init__(self, url: str, *, channel: str = CHANNEL, beat_seconds: float = 1.0) -> None:
        self.is_up = False
        self._url = url
        self._channel = channel
        self._beat_seconds = beat_seconds
        self._sender = rings.new_sender()
        self._unsent: dict[int, int] = {}
        self._has_rung = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._heard_at = 0.0
        self._ring_listeners: list[Ring] = []
        self._gap_listeners: list[Gap] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect. Does not wait for it: `is_up` tells."""
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._supervise(), context=Context())

    async def stop(self) -> None:
        """Send what was rung, as far as that is quick, and let go of the connection."""
        if self._task is None:
            return
        if self.is_up:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_sent.wait(), FLUSH_SECONDS)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    def ring(self, workspace_id: int, seq: int) -> None:
        """Tell everyone that the workspace's log reaches `seq`. Never raises, never waits.

        The listeners of this process hear it at once, also when the bus is down; the others hear
        the highest number as soon as they can.
        """
        self._unsent[workspace_id] = max(seq, self._unsent.get(workspace_id, seq))
        self._has_rung.set()
        self._all_sent.clear()
        self._tell(workspace_id, seq)

    def on_ring(self, listener: Ring) -> Callable[[], None]:
        """Call `listener(workspace_id, seq)` for each ring. Returns what ends that."""
        return _listening(self._ring_listeners, listener)

    def on_gap(self, listener: Gap) -> Callable[[], None]:
        """Call `listener()` whenever the bus comes up: rings may have been missed, so read again."""
        return _listening(self._gap_listeners, listener)

    async def _supervise(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while True:
            try:
                async with link(self._url, self._channel) as connected:
                    await self._live(connected)
            except Exception as fault:
                log.warning("doorbell_lost", fault=_name(fault), was_up=self.is_up)
            delay = FIRST_DELAY_SECONDS if self.is_up else min(delay * 2, LONGEST_DELAY_SECONDS)
            self.is_up = False
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311 - jitter, no secret

    async def _live(self, connected: Link) -> None:
        """Speak and listen until one of both fails."""
        self._heard_at = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._speak(connected))
            both.create_task(self._listen(connected))

    async def _speak(self, connected: Link) -> None:
        while True:
            await self._send_unsent(connected)
            self._require_own_beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._beat_seconds):
                    await self._has_rung.wait()

    async def _send_unsent(self, connected: Link) -> None:
        """Send the rings, or an empty message, which is the beat. What fails stays unsent."""
        self._has_rung.clear()
        for part in rings.parts(self._unsent):
            await connected.send(rings.encode(self._sender, part))
            for workspace_id, seq in part:
                if self._unsent.get(workspace_id) == seq:
                    del self._unsent[workspace_id]
        if not self._unsent:
            self._all_sent.set()

    def _require_own_beat(self) -> None:
        silence = asyncio.get_running_loop().time() - self._heard_at
        if silence > BEATS_MISSED * self._beat_seconds:
            raise TimeoutError

    async def _listen(self, connected: Link) -> None:
        while True:
            said = rings.decode(await connected.hear())
            if said is None:
                log.warning("doorbell_noise")
            elif said.sender == self._sender:
                self._hear_own_beat()
            else:
                for workspace_id, seq in said.rings:
                    self._tell(workspace_id, seq)

    def _hear_own_beat(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if self.is_up:
            return
        self.is_up = True
        log.info("doorbell_up")
        for listener in tuple(self._gap_listeners):
            try:
                listener()
            except Exception:
                log.exception("doorbell_listener_fault")

    def _tell(self, workspace_id: int, seq: int) -> None:
        for listener in tuple(self._ring_listeners):
            try:
                listener(workspace_id, seq)
            except Exception:
                log.exception("doorbell_listener_fault")


def _listening(listeners: list[T], listener: T) -> Callable[[], None]:
    listeners.append(listener)

    def unsubscribe() -> None:
        with suppress(ValueError):
            listeners.remove(listener)

    return unsubscribe


def _name(fault: Exception) -> str:
    """Name what went wrong in a task group by its first fault."""
    if isinstance(fault, ExceptionGroup) and isinstance(fault.exceptions[0], Exception):
        return _name(fault.exceptions[0])
    return type(fault).__name__
