"""What one socket still has to be sent. One writer sends it; nobody else waits for a slow client."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

import structlog
from starlette.types import Send

from realtime.closings import Closing
from settings import settings

log = structlog.stdlib.get_logger(__name__)
CHARACTERS = 32 * 1024  # with the buffer of the transport, a silent client holds under 100 KiB
CLOSE_SECONDS = 5  # for the close frame to go out


@dataclass
class Counts:
    """Frames since the process began, for the metrics."""

    frames_in: int = 0
    frames_out: int = 0


class Line:
    """The frames that wait, each with its owner: the operation that may still take it back."""

    def __init__(self, send: Send, counts: Counts) -> None:
        self.closing: Closing | None = None
        self._send = send
        self._counts = counts
        self._waiting: deque[tuple[object, str]] = deque()
        self._characters = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._sending = asyncio.Lock()
        self._sending_since: float | None = None

    async def deliver(self, frame: str, owner: object) -> None:
        """Send the frame, or put it in the line as soon as there is room."""
        if not self._waiting and not self._sending.locked() and self.closing is None:
            with suppress(OSError):  # the client has gone; the reader hears of it
                await self._send_text(frame)
            return
        while self._characters >= CHARACTERS and self.closing is None:
            self._room.clear()
            await self._room.wait()
        self.put(frame, owner)

    def put(self, frame: str, owner: object = None) -> None:
        """Put the frame in the line at once; a line that is too long closes the socket."""
        if self.closing is not None:
            return
        if len(self._waiting) >= settings.socket_backlog:
            self.close(Closing.TOO_SLOW)
            return
        self._waiting.append((owner, frame))
        self._characters += len(frame)
        self._news.set()

    def forget(self, owner: object) -> None:
        """Take back what waits of an operation that the client has ended."""
        kept = [entry for entry in self._waiting if entry[0] is not owner]
        self._waiting = deque(kept)
        self._count()

    def close(self, closing: Closing) -> None:
        """Send nothing more but the end."""
        if self.closing is not None:
            return
        self.closing = closing
        self._waiting.clear()
        self._count()
        self._news.set()

    def is_stuck(self, now: float) -> bool:
        """Tell whether the frame that is being sent has not left for too long."""
        if self._sending_since is None:
            return False
        most = settings.stall_seconds if self.closing is None else CLOSE_SECONDS
        return now - self._sending_since > most

    async def run(self) -> None:
        """Send what comes, until the end."""
        try:
            while self.closing is None:
                await self._news.wait()
                self._news.clear()
                await self._clear()
            await self._hand_over(
                {
                    "type": "websocket.close",
                    "code": self.closing.code,
                    "reason": self.closing.words,
                }
            )
        except OSError:
            pass  # the client has gone; the reader hears of it too

    async def _clear(self) -> None:
        while self._waiting:
            _, frame = self._waiting.popleft()
            self._characters -= len(frame)
            await self._send_text(frame)
            self._room.set()

    async def _send_text(self, frame: str) -> None:
        await self._hand_over({"type": "websocket.send", "text": frame})
        self._counts.frames_out += 1

    async def _hand_over(self, message: dict[str, object]) -> None:
        async with self._sending:
            self._sending_since = asyncio.get_running_loop().time()
            try:
                await self._send(message)
            finally:
                self._sending_since = None

    def _count(self) -> None:
        self._characters = sum(len(frame) for _, frame in self._waiting)
        self._room.set()
