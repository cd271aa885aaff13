"""The broker on Redis: dramatiq's, but nobody waits long for a server that is away or hangs."""

from collections.abc import Iterable
from contextlib import suppress

from dramatiq import Broker, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer  # pyright: ignore[reportPrivateUsage]
from dramatiq.errors import ConnectionClosed
from redis import Redis, RedisError

NAMESPACE = "deskwire"
HEARTBEAT_MILLISECONDS = 15_000  # after this silence a worker is dead; by default after 60 s
ALWAYS = 1_000_000  # of a million calls look for the dead; by default a rare dice roll does
ANSWER_SECONDS = 3.0


def redis_broker(url: str) -> Broker:
    """Return the broker, without middleware. Connects to nothing yet."""
    return _Broker(
        client=_client(url),
        middleware=[],
        namespace=NAMESPACE,
        heartbeat_timeout=HEARTBEAT_MILLISECONDS,
        maintenance_chance=ALWAYS,
    )


def reach_redis(url: str) -> None:
    """Raise what is wrong when the server does not answer."""
    with _client(url) as client:
        client.ping()


def _client(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)


class _Broker(RedisBroker):
    @property
    def consumer_class(self) -> type["_Consumer"]:
        return _Consumer

    def close(self) -> None:
        self.client.close()


class _Consumer(_RedisConsumer):
    """Gives up where dramatiq's goes on trying, or fails the worker's end.

    The outbox row decides, so a message that comes again because of that does nothing.
    """

    def ack(self, message: MessageProxy) -> None:
        with suppress(ConnectionClosed, RedisError):
            super().ack(message)

    def nack(self, message: MessageProxy) -> None:
        with suppress(ConnectionClosed, RedisError):
            super().nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        with suppress(RedisError):
            super().requeue(messages)
