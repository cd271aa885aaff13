"""All sockets of a GraphQL face: an ASGI app that speaks graphql-transport-ws."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import structlog
from starlette.types import Receive, Scope, Send

from realtime.closings import Closing
from realtime.connection import Connection
from realtime.faces import Face, TooSlow
from realtime.handshake import (
    PROTOCOL,
    Refusal,
    handshake_from,
    handshake_refusal,
    own_origins,
)
from realtime.line import Counts
from realtime.rounds import Rounds
from realtime.seats import Seats

__all__ = ["Face", "Sockets", "TooSlow"]

log = structlog.stdlib.get_logger(__name__)
FAREWELL_SECONDS = 2  # for the last close frames to go out


class Sockets:
    """The open sockets of one face. Runs under `realtime.wire.Wire`, which lends it `abort`."""

    def __init__(self, face: Face, *, any_origin: bool = False, seats: Seats | None = None) -> None:
        """`seats` are shared when two faces are to count addresses together."""
        self.counts = Counts()
        self._face = face
        self._any_origin = any_origin
        self._seats = seats or Seats()
        self._connections: set[Connection] = set()
        self._rounds = Rounds(face, self._connections)
        self._is_draining = False
        self._all_gone = asyncio.Event()
        self._all_gone.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        handshake = handshake_from(scope)
        refusal = self._refusal(handshake.headers)
        if refusal is not None:
            await _refuse(send, refusal)
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        connection = Connection(
            self._face,
            handshake,
            send,
            seats=self._seats,
            counts=self.counts,
            abort=scope["state"]["abort"],
        )
        await self._serve(connection, receive)

    @property
    def open(self) -> int:
        return len(self._connections)

    async def drain(self, seconds: float) -> None:
        """Take no new sockets and close the open ones with 1012, spread over `seconds`.

        So their clients come back one after the other, and not all at once.
        """
        self._is_draining = True
        going = list(self._connections)
        for connection in going:
            connection.close(Closing.RESTART)
            await asyncio.sleep(seconds / len(going))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_gone.wait(), FAREWELL_SECONDS)

    def _refusal(self, headers: Mapping[str, str]) -> Refusal | None:
        if self._is_draining:
            return Refusal(503, "The service restarts. Please try again in a moment.")
        return handshake_refusal(headers, own_origins(), any_origin=self._any_origin)

    async def _serve(self, connection: Connection, receive: Receive) -> None:
        self._connections.add(connection)
        self._all_gone.clear()
        self._rounds.begin()
        try:
            await connection.run(receive)
        finally:
            self._connections.discard(connection)
            if not self._connections:
                self._all_gone.set()


async def _refuse(send: Send, refusal: Refusal) -> None:
    """Answer in HTTP, through the extension `websocket.http.response`."""
    log.info("socket_refused", status=refusal.status, reason=refusal.words)
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    start = "websocket.http.response.start"
    await send({"type": start, "status": refusal.status, "headers": headers})
    body = "websocket.http.response.body"
    await send({"type": body, "body": refusal.words.encode(), "more_body": False})
