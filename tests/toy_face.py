"""A toy GraphQL face, a real server that serves its sockets, and a client that speaks to them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from models.actors import Actor, ActorKind
from models.errors import DeskError, Unauthenticated
from realtime.handshake import PROTOCOL, Handshake
from realtime.requests import Refused, Request
from realtime.sockets import TooSlow
from realtime.wire import Wire
from settings import settings

inherited = ContextVar("inherited", default="nothing")


class ToyFace:
    """Takes a word for a document. `key` says who somebody is; what is in `revoked` is not."""

    def __init__(self) -> None:
        self.revoked: set[int] = set()
        self.refusal: Exception | None = None
        self.doubt: Exception | None = None
        self.watching = 0
        self._freed = asyncio.Event()
        self._queues: set[asyncio.Queue[str]] = set()

    async def welcome(self, params: Mapping[str, object], handshake: Handshake) -> Actor:
        if self.refusal is not None:
            raise self.refusal
        key = params.get("key")
        if not isinstance(key, int):
            raise Unauthenticated("Send your key.")
        return Actor(ActorKind.API_KEY, 1, frozenset(), credential_id=key)

    async def still_welcome(self, actor: Actor) -> bool:
        if self.doubt is not None:
            raise self.doubt
        return actor.credential_id not in self.revoked

    def tell(self, word: str) -> None:
        """Send the word to everyone who watches."""
        for queue in self._queues:
            queue.put_nowait(word)

    async def until_freed(self) -> None:
        """Return when a watching operation has cleaned up."""
        async with asyncio.timeout(5):
            await self._freed.wait()

    def operate(self, actor: Actor, request: Request) -> AsyncIterator[bytes]:
        if request.query == "source":
            return Source(self._freed)
        return self._operate(request)

    async def _operate(self, request: Request) -> AsyncIterator[bytes]:
        match request.query:
            case "hello":
                yield result("hello")
            case "inherited":
                yield result(inherited.get())
            case "count":
                for number in range(3):
                    yield result(number)
            case "watch":
                async for word in self._watch():
                    yield result(word)
            case "flood":
                while True:
                    yield result("x" * 10_000)
            case "refuse":
                raise Refused([{"message": "No such field.", "extensions": {"code": "OF_TEST"}}])
            case "forbid":
                raise DeskError("Not for you.")
            case "slow":
                yield result("one")
                raise TooSlow
            case _:
                raise RuntimeError("secret password")

    async def _watch(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._queues.add(queue)
        self.watching += 1
        try:
            while True:
                yield await queue.get()
        finally:
            self.watching -= 1
            self._queues.discard(queue)
            self._freed.set()


class Source:
    """Results without end that are no generator, as a hub gives them."""

    def __init__(self, freed: asyncio.Event) -> None:
        self._freed = freed

    def __aiter__(self) -> "Source":
        return self

    async def __anext__(self) -> bytes:
        await asyncio.Event().wait()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self._freed.set()


class Client:
    """A client that reads only when it is told to."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: object) -> None:
        await self.connection.send(json.dumps(message))

    async def run(self, operation_id: str, query: str) -> None:
        await self.say(id=operation_id, type="subscribe", payload={"query": query})

    async def hear(self) -> dict[str, object]:
        async with asyncio.timeout(5):
            return json.loads(await self.connection.recv())

    async def until_closed(self) -> int | None:
        """Return the close code; what else comes before is dropped."""
        async with asyncio.timeout(5):
            try:
                while True:
                    await self.connection.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else None

    async def settle(self) -> None:
        """Return when the server has taken up all that was said before."""
        await self.say(type="ping")
        assert await self.hear() == {"type": "pong"}

    async def join(self, key: object = 1) -> "Client":
        await self.say(type="connection_init", payload={"key": key})
        assert (await self.hear())["type"] == "connection_ack"
        return self


def result(value: object) -> bytes:
    return json.dumps({"data": value}).encode()


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve the app by uvicorn's own protocols, as in production, and return its address."""

    async def within_a_context(scope: Scope, receive: Receive, send: Send) -> None:
        inherited.set("a transaction")
        await app(scope, receive, send)

    config = uvicorn.Config(
        within_a_context,
        ws=Wire,
        ws_max_size=settings.frame_bytes,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_config=None,
    )
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: HttpToolsProtocol(config=config, server_state=state, app_state={}),
        "127.0.0.1",
        0,
    )
    yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
    server.close()
    for open_connection in list(state.connections):
        open_connection.shutdown()
    if state.tasks:
        await asyncio.wait(state.tasks, timeout=5)


async def dial(address: str, **options: object) -> Client:
    """Open a socket that is not initialised yet."""
    spoken = {"subprotocols": [PROTOCOL], "ping_interval": None, "close_timeout": 1}
    return Client(await connect(address, **(spoken | options)))
