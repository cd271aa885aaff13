"""The broker that carries hints from relays to workers, and the one actor that takes them."""

from collections.abc import Callable

import psycopg
from dramatiq import Broker, actor
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AsyncIO, Middleware, Retries, ShutdownNotifications, TimeLimit
from dramatiq_postgres import PostgresBroker
from dramatiq_postgres.schema import init

from jobs.rabbitmq_broker import rabbitmq_broker, reach_rabbitmq
from jobs.redis_broker import reach_redis, redis_broker
from jobs.relay import Due
from jobs.work import work
from models.errors import Invalid

ACTOR = "work"
QUEUE = "deskwire"  # another application of dramatiq may use the same server
LIMIT_MILLISECONDS = 15 * 60 * 1000  # more than the slowest mail server may take; then the job hangs
POSTGRES = ("postgres", "postgresql")
REDIS = ("redis", "rediss")
RABBITMQ = ("amqp", "amqps")


def make_broker(url: str, *further: Middleware) -> Broker:
    """Return the broker at this address, with its actor. Connects to nothing yet.

    postgres://, redis://, amqp:// or memory:// (within one process). Refuses with Invalid any other address.
    `further` is middleware that comes after the event loop's.
    """
    broker = _bare(url)
    for middleware in (TimeLimit(), ShutdownNotifications(), Retries(max_retries=0), AsyncIO(), *further):
        broker.add_middleware(middleware)
    actor(broker=broker, actor_name=ACTOR, queue_name=QUEUE, time_limit=LIMIT_MILLISECONDS)(work)
    return broker


def sender(broker: Broker) -> Callable[[list[Due]], None]:
    """Return what sends rows to the broker; it blocks while the broker is away, and then raises."""
    hint = broker.get_actor(ACTOR)

    def send(due: list[Due]) -> None:
        for row in due:
            hint.send(row.workspace_id, row.outbox_id)

    return send


def prepare(url: str) -> None:
    """Make the broker's own tables where it needs some and they are missing. Safe to run at once."""
    if url.partition("://")[0] not in POSTGRES:
        return
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        init(cursor)


def reach(url: str) -> None:
    """Raise what is wrong when a broker that is a server of its own, Redis or RabbitMQ, does not answer."""
    scheme = url.partition("://")[0]
    if scheme in REDIS:
        reach_redis(url)
    if scheme in RABBITMQ:
        reach_rabbitmq(url)


def _bare(url: str) -> Broker:
    scheme = url.partition("://")[0]
    if scheme in POSTGRES:
        return _postgres_broker(url)
    if scheme in REDIS:
        return redis_broker(url)
    if scheme in RABBITMQ:
        return rabbitmq_broker(url)
    if scheme == "memory":
        return StubBroker(middleware=[])
    raise Invalid(
        f"BROKER_URL begins with {scheme!r}."
        " It can be postgres://, redis:// or amqp://, or empty: then it is the database."
    )


def _postgres_broker(url: str) -> Broker:
    # A dead worker's messages come back after 20 to 30 s; by default it takes up to 105.
    return PostgresBroker(
        url=url,
        middleware=[],
        results=False,
        heartbeat_interval=5,
        heartbeat_ttl=20,
        maintenance_interval=5,
    )
