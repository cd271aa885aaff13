"""uvicorn's HTTP protocol with what it lacks: time-outs and sizes for what a client sends us.

Pass it to uvicorn as `http=`. Nothing above can add these: an app first hears of a request
when its headers are complete, and cannot tell a slow body from a slow network.
"""

import asyncio
from enum import Enum, auto

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from settings import settings

TEXTS = {
    408: b"HTTP/1.1 408 Request Timeout",
    431: b"HTTP/1.1 431 Request Header Fields Too Large",
}
REST = b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
UPLOADS = b"/attachments/"
SEPARATORS = 4  # bytes of a header line besides its name and value


class _Part(Enum):
    """What of a request we are waiting for."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class PatientProtocol(HttpToolsProtocol):
    """Waits for a client, but not for ever, and reads no more than it has to."""

    _part = _Part.NOTHING
    _is_refused = False
    _has_begun = False
    _heads = 0
    _head_bytes = 0
    _body_ends_at = 0.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn has it
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._part is _Part.NOTHING:
            self._await_head()
        heads_before = self._heads
        super().data_received(data)
        is_same_head = self._has_begun and self._heads == heads_before
        if is_same_head and self._part is _Part.HEAD:
            self._head_bytes += len(data)
            self._check_head(self._head_bytes)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._part is _Part.NOTHING:
            self._await_head()
        self._has_begun = True
        self._heads += 1
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        lines = (len(name) + len(value) + SEPARATORS for name, value in self.headers)
        self._check_head(len(self.url) + sum(lines))
        if self._is_refused:
            return
        self._drop_long_cookies()
        self._await_body()
        self.scope.setdefault("state", {})["abort"] = self.transport.abort
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._is_refused:
            return
        super().on_body(body)
        self._await_more_body()

    def on_message_complete(self) -> None:
        if self._is_refused:
            return
        self._await_nothing()
        super().on_message_complete()

    def _check_head(self, size: int) -> None:
        if size > settings.header_bytes:
            self._refuse(431)

    def _drop_long_cookies(self) -> None:
        """Drop cookies that take long to parse: http.cookies is quadratic on this Python."""
        cookies = sum(len(value) for name, value in self.headers if name == b"cookie")
        if cookies > settings.cookie_bytes:
            self.headers[:] = [header for header in self.headers if header[0] != b"cookie"]

    def _await_nothing(self) -> None:
        self._part = _Part.NOTHING
        self._has_begun = False
        self._stop_timer()

    def _await_head(self) -> None:
        self._part = _Part.HEAD
        self._start_timer(settings.header_seconds)

    def _await_body(self) -> None:
        self._part = _Part.BODY
        assert self.parser is not None, "it has just read a head"
        is_upload = self.parser.get_method() == b"PUT" and self.url.startswith(UPLOADS)
        seconds = settings.upload_seconds if is_upload else settings.body_seconds
        self._body_ends_at = self.loop.time() + seconds
        self._await_more_body()

    def _await_more_body(self) -> None:
        left = self._body_ends_at - self.loop.time()
        self._start_timer(min(settings.header_seconds, max(0.0, left)))

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._time_out)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        """End the wait, unless it is we who are slow: reading is paused, or an answer under way."""
        is_ours = self.flow.read_paused if self._part is _Part.BODY else self._is_answering()
        if is_ours:
            self._start_timer(settings.header_seconds)
            return
        if self._part is _Part.HEAD and not self._has_begun:
            self.transport.close()
            return
        self._refuse(408)

    def _is_answering(self) -> bool:
        has_request = bool(self.cycle)  # None at first, whatever its annotation says
        return has_request and not self.cycle.response_complete

    def _refuse(self, status: int) -> None:
        """Answer in a word, where no other answer has begun, and close the connection."""
        self._is_refused = True
        self._stop_timer()
        is_begun = self.cycle.response_started if self._part is _Part.BODY else self._is_answering()
        if not is_begun and not self.transport.is_closing():
            self.transport.write(TEXTS[status] + REST)
        self.transport.close()
