"""One client's socket, from its accepted handshake to its end."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextvars import Context
from typing import Any

import structlog
from starlette.types import Receive, Send

from models.actors import Actor
from models.errors import DeskError
from models.faults import refusal_of
from realtime import frames
from realtime.closings import Closing, Ended, closing_of
from realtime.faces import Face, TooSlow
from realtime.frames import Complete, Frame, Init, Malformed, Ping, Pong, Subscribe, frame_from
from realtime.handshake import Handshake
from realtime.line import Counts, Line
from realtime.operations import error_of, perform
from realtime.pace import Pace
from realtime.requests import Request
from realtime.seats import Seats
from settings import settings

log = structlog.stdlib.get_logger(__name__)
MISSED_PINGS = 2
FREE_SECONDS = 5  # for cancelled operations to clean up


class Connection:
    """The socket's state. Its reader is the ASGI task, its writer the line's; see `Rounds` for time."""

    def __init__(
        self,
        face: Face,
        handshake: Handshake,
        send: Send,
        *,
        seats: Seats,
        counts: Counts,
        abort: Callable[[], None],
    ) -> None:
        self.actor: Actor | None = None
        self.line = Line(send, counts)
        self.sure_at = 0.0  # when the actor's rights were last known to stand, in the loop's seconds
        self._face = face
        self._handshake = handshake
        self._seats = seats
        self._counts = counts
        self._abort = abort
        self._opened_at = asyncio.get_running_loop().time()
        self._pace = Pace(self._opened_at)
        self._has_initialised = False
        self._has_entered = False
        self._departure = "left"
        self._left_with: int | None = None
        self._is_over = False
        self._ping_at = 0.0
        self._unanswered = 0
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, receive: Receive) -> None:
        """Serve the socket until either side ends it, and free all that it held."""
        writer = self._spawn(self.line.run())
        self._enter()
        try:
            await self._read(receive)
        finally:
            self._is_over = True
            self._leave()
            await self._free(writer)

    def close(self, closing: Closing) -> None:
        """End the socket: no operation goes on, and nothing more is sent but the reason."""
        self.line.close(closing)
        for task in self._operations.values():
            task.cancel()
        self._operations.clear()

    def tend(self, now: float) -> None:
        """Do what is due at `now`, in the loop's seconds: time-outs and pings."""
        if self.line.is_stuck(now):
            self._cut("does not read")
        elif not self._has_initialised and now - self._opened_at > settings.init_seconds:
            self.close(Closing.INIT_TIMEOUT)
        elif self.actor is not None and now >= self._ping_at:
            self._ping(now)

    async def _read(self, receive: Receive) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            self._counts.frames_in += 1
            if self.line.closing is not None:
                continue
            try:
                self._hear(message.get("text"))
            except Malformed:
                self.close(Closing.MALFORMED)
            except Ended as ended:
                self.close(ended.closing)
        self._left_with = int(message["code"])

    def _hear(self, text: str | None) -> None:
        if not self._pace.allows(asyncio.get_running_loop().time()):
            raise Ended(Closing.TOO_MANY_FRAMES)
        self._take(frame_from(text))

    def _take(self, frame: Frame) -> None:
        match frame:
            case Subscribe():
                self._subscribe(frame.id, frame.request)
            case Complete():
                self._complete(frame.id)
            case Ping():
                self.line.put(frames.PONG)
            case Pong():
                self._unanswered = 0
            case Init():
                self._initialise(frame.params)

    def _initialise(self, params: Mapping[str, object]) -> None:
        if self._has_initialised:
            raise Ended(Closing.SECOND_INIT)
        self._has_initialised = True
        self._spawn(self._welcome(params))

    async def _welcome(self, params: Mapping[str, object]) -> None:
        try:
            async with asyncio.timeout(settings.query_seconds):
                actor = await self._face.welcome(params, self._handshake)
        except DeskError as refusal:
            self.close(closing_of(refusal))
        except Exception as fault:
            if (refusal := refusal_of(fault)) is not None:
                self.close(closing_of(refusal))
                return
            log.exception("welcome_fault")
            self.close(Closing.FAULT)
        else:
            self._admit(actor)

    def _admit(self, actor: Actor) -> None:
        if self._is_over or self.line.closing is not None:
            return
        if not self._seats.sit(actor.principal):
            self.close(Closing.TOO_MANY_SOCKETS)
            return
        self._leave()
        now = asyncio.get_running_loop().time()
        self.actor = actor
        self.sure_at = now
        self._ping_at = now + settings.ping_seconds
        self.line.put(frames.ack())

    def _subscribe(self, operation_id: str, request: Request) -> None:
        if self.actor is None:
            raise Ended(Closing.UNAUTHENTICATED)
        if operation_id in self._operations:
            raise Ended(Closing.DUPLICATE_ID)
        if len(self._tasks) > settings.socket_operations:  # one of the tasks is the writer
            words = f"A socket carries {settings.socket_operations} operations at most."
            self.line.put(frames.error(operation_id, [error_of(words, "RATE_LIMITED")]))
            return
        task = self._spawn(self._operate(self.actor, operation_id, request))
        self._operations[operation_id] = task

    async def _operate(self, actor: Actor, operation_id: str, request: Request) -> None:
        task = asyncio.current_task()

        async def deliver(frame: str) -> None:
            await self.line.deliver(frame, task)

        try:
            last = await perform(self._face, actor, operation_id, request, deliver)
        except TooSlow:
            self.close(Closing.TOO_SLOW)
            return
        if self._operations.get(operation_id) is task:
            del self._operations[operation_id]
            self.line.put(last)

    def _complete(self, operation_id: str) -> None:
        task = self._operations.pop(operation_id, None)
        if task is not None:
            task.cancel()
            self.line.forget(task)

    def _ping(self, now: float) -> None:
        if self._unanswered >= MISSED_PINGS:
            self._cut("does not answer")
            return
        self._unanswered += 1
        self._ping_at = now + settings.ping_seconds
        self.line.put(frames.PING)

    def _cut(self, reason: str) -> None:
        """End a connection that no close frame would get through."""
        self._departure = reason
        self._abort()

    def _enter(self) -> None:
        self._has_entered = self._seats.enter(self._handshake.address)
        if not self._has_entered:
            self.close(Closing.TOO_MANY_SOCKETS)

    def _leave(self) -> None:
        """Give back the seat: that of the address, or later that of the principal."""
        if self._has_entered:
            self._seats.exit(self._handshake.address)
            self._has_entered = False
        if self.actor is not None:
            self._seats.leave(self.actor.principal)

    def _spawn(self, body: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task with an empty context, so that it inherits no transaction."""
        task = asyncio.get_running_loop().create_task(body, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _free(self, writer: asyncio.Task[None]) -> None:
        actor, closing = self.actor, self.line.closing
        log.info(
            "socket_closed",
            code=closing.code if closing else self._left_with,
            reason=closing.words if closing else self._departure,
            principal=actor.principal if actor else None,
        )
        self.actor = None
        self._operations.clear()
        tasks = {writer, *self._tasks}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=FREE_SECONDS)
