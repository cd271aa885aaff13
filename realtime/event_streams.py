"""Subscriptions as event streams (graphql-sse, distinct connections): where sockets do not get through."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Send

from models.actors import Actor
from models.errors import RateLimited, Unavailable
from realtime.closings import Closing
from realtime.faces import Events, Face, TooSlow
from realtime.operations import error_of
from realtime.rounds import Rounds
from realtime.seats import Seats
from settings import settings

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
    (b"x-accel-buffering", b"no"),  # nginx would hold the events back
    (b"x-content-type-options", b"nosniff"),
]
BEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
FREE_SECONDS = 5  # for cancelled tasks to clean up
RETRY_MS = (1000, 5000)  # clients come back at different moments, not all at once
RESUMABLE = frozenset({Closing.RESTART, Closing.TOO_SLOW})
"""Ends after which the client comes back by itself, with its last cursor."""

log = structlog.stdlib.get_logger(__name__)


class Stream:
    """One client's stream. `Rounds` sees to its beat and to its rights."""

    def __init__(self, actor: Actor, send: Send, abort: Callable[[], None]) -> None:
        self.actor: Actor | None = actor
        self.sure_at = asyncio.get_running_loop().time()
        self._send = send
        self._abort = abort
        self._closing: Closing | None = None
        self._writing_since: float | None = None
        self._beat_at = self.sure_at + settings.ping_seconds
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, events: Events, receive: Receive) -> None:
        """Send what comes until either side ends it."""
        await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._write(f"retry: {random.randint(*RETRY_MS)}\n\n".encode())  # noqa: S311 - no secret
        passing, leaving = self._spawn(self._pass_on(events)), self._spawn(_left(receive))
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            has_left = leaving.done() and not leaving.cancelled()
        finally:
            await self._free()
            await events.aclose()
        if not has_left:
            await self._end()

    def tend(self, now: float) -> None:
        """Have it beat when it is time; give up on a client that does not read."""
        if self._writing_since is None:
            if now >= self._beat_at:
                self._spawn(self._write(BEAT))
        elif now - self._writing_since > settings.stall_seconds:
            self._abort()

    def close(self, closing: Closing) -> None:
        """End it. The client comes back by itself when the reason may pass."""
        self._closing = self._closing or closing
        for task in self._tasks:
            task.cancel()

    async def _pass_on(self, events: Events) -> None:
        try:
            async for cursor, result in events:
                await self._write(_event(result, cursor))
        except TooSlow:
            self._closing = Closing.TOO_SLOW
        except Exception:
            self._closing = Closing.FAULT
            log.exception("operation_fault")

    async def _write(self, chunk: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._writing_since = loop.time()
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        self._writing_since = None
        self._beat_at = loop.time() + settings.ping_seconds

    async def _end(self) -> None:
        """Say why, unless the client is to come back with its last cursor."""
        closing = self._closing or Closing.RESTART
        if closing not in RESUMABLE:
            refused = error_of(closing.words, closing.name)
            await self._write(_event(orjson.dumps({"errors": [refused]})) + COMPLETE)
        await self._send({"type": "http.response.body", "body": b""})

    def _spawn(self, body: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task with an empty context, so that it inherits no transaction."""
        task = asyncio.get_running_loop().create_task(body, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _free(self) -> None:
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=FREE_SECONDS)


class Streams:
    """The open streams of one face."""

    def __init__(self, face: Face, seats: Seats) -> None:
        self._seats = seats
        self._streams: set[Stream] = set()
        self._rounds = Rounds(face, self._streams)
        self._is_draining = False

    @property
    def open(self) -> int:
        return len(self._streams)

    def take_seat(self, actor: Actor) -> None:
        """Count a stream of the actor's, as a socket. Refuses with RateLimited when they have too many."""
        if self._is_draining:
            raise Unavailable("The service restarts. Please try again in a moment.")
        if not self._seats.sit(actor.principal):
            raise RateLimited("You have too many sockets and streams open.")

    def leave_seat(self, actor: Actor) -> None:
        self._seats.leave(actor.principal)

    async def serve(self, stream: Stream, events: Events, receive: Receive) -> None:
        """Serve the stream to its end."""
        self._streams.add(stream)
        self._rounds.begin()
        try:
            await stream.run(events, receive)
        finally:
            self._streams.discard(stream)

    def drain(self) -> None:
        """Take no new streams and end the open ones; their clients come back at different moments."""
        self._is_draining = True
        for stream in list(self._streams):
            stream.close(Closing.RESTART)


def _event(result: bytes, cursor: str = "") -> bytes:
    opening = f"id: {cursor}\n".encode() if cursor else b""
    return opening + b"event: next\ndata: " + result + b"\n\n"


async def _left(receive: Receive) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
