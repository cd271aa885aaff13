"""broadcaster on Redis, as the doorbell needs it: a lost connection is told, and is not mended in secret."""

import asyncio

from broadcaster._backends.redis import RedisBackend

SCHEMES = ("redis", "rediss")


class DoorbellBackend(RedisBackend):
    """One connection that hears, and one that speaks for as long as the other hears."""

    def own(self, channel: str) -> str:
        """Name the channel by the database's number too: Redis keeps keys apart by it, but not channels."""
        return f"{channel}_{self._conn.connection_pool.connection_kwargs.get('db', 0)}"

    async def disconnect(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await super().disconnect()

    async def subscribe(self, channel: str) -> None:
        """Subscribe, then listen: broadcaster's order sends the listener to sleep if the server is slow."""
        await self._pubsub.subscribe(channel)
        self._ready.set()

    async def unsubscribe(self, channel: str) -> None:
        """Do nothing: the connection goes with its one subscription. To say so would open another."""

    async def publish(self, channel: str, message: str) -> None:
        """Send the message; refused when it would not be heard here any more."""
        if self._listener is None or self._listener.done():
            raise ConnectionError
        await super().publish(channel, message)
