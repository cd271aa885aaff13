"""A web process inside the test, and clients as its users have them."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
import websockets
from ports import free_port

from app import Web
from realtime.wire import Wire
from resolvers import change
from settings import settings
from web.protocol import PatientProtocol

READY_SECONDS = 30
SECONDS = 5  # within which everything that is awaited here has to come


@dataclass
class Reachable:
    """A web process, wherever it runs, as its clients reach it."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def post(
        self, query: str, key: str, /, *, path: str = "/graphql", **variables: Any
    ) -> dict[str, Any]:
        """Run an operation over HTTP and return the whole answer."""
        async with httpx.AsyncClient(verify=False) as client:  # reading certificates takes longest
            answer = await client.post(
                self.url + path,
                json={"query": query, "variables": variables},
                headers={"authorization": f"Bearer {key}"},
            )
        return answer.json()

    async def run(
        self, query: str, key: str, /, *, path: str = "/graphql", **variables: Any
    ) -> dict[str, Any]:
        """Run an operation that must succeed, and return its data."""
        answer = await self.post(query, key, path=path, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def cursor(self, key: str, *, path: str = "/graphql") -> str:
        """Return where the log stands for the key's holder."""
        return (await self.run("{ eventCursor }", key, path=path))["eventCursor"]

    async def is_ready(self, *, within_seconds: float = READY_SECONDS) -> None:
        """Wait until the web process says that it can serve."""
        async with asyncio.timeout(within_seconds):
            while await self.readiness() != "ready":
                await asyncio.sleep(0.02)

    async def readiness(self) -> str | None:
        """Return what /readyz says; None when nobody answers."""
        async with httpx.AsyncClient(verify=False) as client:
            try:
                return (await client.get(f"{self.url}/readyz")).json()["status"]
            except httpx.TransportError:
                return None

    @contextlib.asynccontextmanager
    async def socket(self, key: str, *, path: str = "/graphql") -> AsyncGenerator["GraphSocket"]:
        """Open a graphql-transport-ws socket."""
        url = f"ws://127.0.0.1:{self.port}{path}"
        async with websockets.connect(url, subprotocols=["graphql-transport-ws"]) as wire:
            opened = GraphSocket(wire)
            await opened.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {key}"}})
            assert (await opened.receive())["type"] == "connection_ack"
            yield opened


@dataclass
class RunningWeb(Reachable):
    """One within the test: its parts can be looked at."""

    parts: Web

    async def joined(self, subscriptions: int) -> None:
        """Wait until so many subscriptions are live."""
        async with asyncio.timeout(SECONDS):
            while self.parts.hub.subscription_count != subscriptions:
                await asyncio.sleep(0.005)


class GraphSocket:
    """A client's side of a socket."""

    def __init__(self, wire: websockets.ClientConnection) -> None:
        self.wire = wire
        self._ids = itertools.count(1)
        self._kept: dict[str, list[dict[str, Any]]] = {}

    async def send(self, frame: dict[str, Any]) -> None:
        await self.wire.send(json.dumps(frame))

    async def receive(self) -> dict[str, Any]:
        """Return the next frame, whatever it belongs to; answers pings."""
        while True:
            async with asyncio.timeout(SECONDS):  # wait_for loses a cancel when a frame comes with it
                frame = json.loads(await self.wire.recv())
            if frame["type"] != "ping":
                return frame
            await self.send({"type": "pong"})

    async def subscribe(self, query: str, **variables: Any) -> str:
        """Start an operation and return its id."""
        operation_id = str(next(self._ids))
        payload = {"query": query, "variables": variables}
        await self.send({"id": operation_id, "type": "subscribe", "payload": payload})
        return operation_id

    async def next(self, operation_id: str) -> Any:
        """Return the payload of the operation's next frame, an error's list of errors too."""
        kept = self._kept.setdefault(operation_id, [])
        while not kept:
            frame = await self.receive()
            self._kept.setdefault(frame.get("id", ""), []).append(frame)
        return kept.pop(0).get("payload")


@contextlib.asynccontextmanager
async def running_web(doorbell_url: str = "memory://") -> AsyncGenerator[RunningWeb]:
    """Run a web process on the database that is open, by default with a doorbell of its own."""
    settings.doorbell_url = doorbell_url
    parts = Web()
    await parts.bus.start()
    change.ring = parts.bus.ring
    port = free_port()
    config = uvicorn.Config(
        parts.asgi,
        port=port,
        http=PatientProtocol,
        ws=Wire,
        ws_max_size=settings.frame_bytes,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    async with parts.feeds.running():
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield RunningWeb(port, parts)
        finally:
            server.should_exit = True
            server.force_exit = True
            await serving
            await parts.bus.stop()
