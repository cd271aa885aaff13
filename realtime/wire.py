"""Uvicorn's websocket protocol with what an app cannot reach: aborting, bad UTF-8, idle memory.

Passed to uvicorn as `ws="realtime.wire:Wire"`, with `ws_max_size=settings.frame_bytes`,
`ws_ping_interval=None` (we ping in the GraphQL protocol) and `ws_per_message_deflate=False`.
"""

import asyncio
import socket
from typing import cast

from starlette.types import Scope
from uvicorn._types import ASGISendEvent  # the types of the method that we override
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import State

BUFFER_BYTES = 32 * 1024  # of the kernel and of the transport, for a client that does not read
SILENCE_SECONDS = 30  # unacknowledged bytes end the connection
LINGER_SECONDS = 10  # for the closing handshake and what is still to be flushed
FRAGMENTS = 64  # of one message; each costs memory, even an empty one

TEXT = 0x81  # the first byte of a text frame that is not fragmented
NO_SOCKET = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Wire(WebSocketsSansIOProtocol):
    _linger: asyncio.TimerHandle | None = None
    _is_deaf = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=BUFFER_BYTES)
        wire = cast("socket.socket", self.transport.get_extra_info("socket"))
        if wire.family in (socket.AF_INET, socket.AF_INET6):
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                milliseconds = SILENCE_SECONDS * 1000
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._linger is not None:
            self._linger.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._turn_away()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            cast("Scope", self.scope)["state"]["abort"] = self.transport.abort

    def handle_cont(self, event: Frame) -> None:
        if self._is_deaf:
            return
        super().handle_cont(event)
        if len(self.frames) > FRAGMENTS:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG)
            self.handle_parser_exception()

    def handle_ping(self) -> None:
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():  # else a flood of pings would fill the buffer without a bound
            self.transport.write(pong)

    def handle_parser_exception(self) -> None:
        """Say why, then swallow what is still coming: closing at once would take the reason back."""
        if self.conn.close_sent is None:
            self.transport.close()
            return
        self._is_deaf = True
        self.close_sent = True
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()  # so that the client knows to go
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def send_receive_event_to_app(self) -> None:
        """Give text that is no UTF-8 to the app as bytes, which it refuses like any binary frame."""
        try:
            b"".join(self.frames).decode()
        except UnicodeDecodeError:
            self.curr_msg_data_type = "bytes"
        super().send_receive_event_to_app()

    async def send(self, message: ASGISendEvent) -> None:
        await self.writable.wait()
        if self.close_sent or self.disconnected:
            raise ClientDisconnected
        if message["type"] == "websocket.send" and self.conn.state is State.OPEN:
            self._write_text((message.get("text") or "").encode())
            return
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # refused; uvicorn would log it as a fault of the app

    async def run_asgi(self) -> None:
        await super().run_asgi()
        # uvicorn waits for ever for a client that neither reads nor goes
        self._linger = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _write_text(self, text: bytes) -> None:
        """Write one whole text frame; the library would spend more on it than all else together."""
        length = len(text)
        if length < 126:
            head = bytes((TEXT, length))
        elif length < 65536:
            head = bytes((TEXT, 126)) + length.to_bytes(2, "big")
        else:
            head = bytes((TEXT, 127)) + length.to_bytes(8, "big")
        self.transport.write(head + text)

    def _turn_away(self) -> None:
        """Answer a request that is none for a socket (a POST, a long line); uvicorn would not."""
        self._is_deaf = self.close_sent = self.handshake_complete = True
        self.transport.write(NO_SOCKET)
        self.transport.close()
