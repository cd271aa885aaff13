"""One connection of the doorbell to its broker, until it breaks."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, suppress

from broadcaster import Broadcast
from broadcaster._base import Subscriber

from realtime.redis_backend import SCHEMES as REDIS
from realtime.redis_backend import DoorbellBackend

CONNECT_SECONDS = 3.0
SEND_SECONDS = 2.0
CLOSE_SECONDS = 0.5  # a connection that hangs is not worth waiting for


class Link:
    """What is said is heard by all links on the channel, this one too."""

    def __init__(self, broadcast: Broadcast, channel: str, subscriber: Subscriber) -> None:
        self._broadcast = broadcast
        self._channel = channel
        self._subscriber = subscriber
        self._sending = asyncio.Lock()

    async def send(self, text: str) -> None:
        """Send one message, one at a time: asyncpg refuses two at once on a connection."""
        async with self._sending, asyncio.timeout(SEND_SECONDS):
            await self._broadcast.publish(self._channel, text)

    async def hear(self) -> str:
        """Return the next message. When the connection dies broadcaster waits for ever."""
        event = await self._subscriber.get()
        return event.message


@asynccontextmanager
async def link(url: str, channel: str) -> AsyncGenerator[Link, None]:
    """Connect and subscribe; whatever happens, the connection is closed in a bounded time."""
    if url.partition("://")[0] in REDIS:
        backend = DoorbellBackend(url)
        broadcast, channel = Broadcast(backend=backend), backend.own(channel)
    else:
        broadcast = Broadcast(url)
    subscription = broadcast.subscribe(channel)
    subscriber: Subscriber | None = None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await broadcast.connect()
            subscriber = await subscription.__aenter__()
        yield Link(broadcast, channel, subscriber)
    finally:
        # The connection first, for on a dead one the subscription's goodbye would wait for ever.
        await _bounded(_disconnect(broadcast))
        if subscriber is not None:
            await _bounded(subscription.__aexit__(None, None, None))


async def _disconnect(broadcast: Broadcast) -> None:
    try:
        await broadcast.disconnect()
    except AttributeError:  # it never came to listen, and would leave its half-open backend behind
        await broadcast._backend.disconnect()  # pyright: ignore[reportPrivateUsage]


async def _bounded(goodbye: Awaitable[object]) -> None:
    with suppress(Exception):
        await asyncio.wait_for(goodbye, CLOSE_SECONDS)
