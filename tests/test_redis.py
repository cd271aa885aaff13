"""Redis as the broker: it is used, and everything is done without it."""

import asyncio
import time
from collections.abc import AsyncGenerator

import pytest
from dramatiq.brokers.redis import RedisBroker
from office import Office, office_of
from ports import free_port
from redis import RedisError
from redis.asyncio import Redis
from running_web import running_web
from services import Service, redis_server
from workers import letters, worker

from jobs import doctor
from jobs.broker import QUEUE, make_broker, sender
from jobs.relay import Due, offer_due
from settings import settings

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
async def server(tmp_path_factory) -> AsyncGenerator[Service]:
    async with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
async def redis(server: Service) -> AsyncGenerator[Redis]:
    """A client of the server, which runs and is empty."""
    if not server.is_running:
        await server.start()
    async with Redis.from_url(server.url) as client:
        await client.flushall()
        await client.config_resetstat()
        yield client


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


async def hints(redis: Redis) -> int:
    """Return how many hints it has been given since it was started, or its counts were reset."""
    counts = await redis.info("commandstats")
    return counts.get("cmdstat_hset", {}).get("calls", 0)


async def is_used(redis: Redis, office: Office) -> None:
    """Go on with the day's work until Redis is given hints of it, and all letters are sent."""
    count = len(office.inbox())
    async with asyncio.timeout(30):
        while not await hints(redis):
            await office.create()
            count += 1
            await letters(office, count)


async def test_the_worker_gets_its_hints_through_redis(office, redis, server):
    async with worker(office, BROKER_URL=server.url) as working:
        await office.create()

        await letters(office, 1)

    assert await hints(redis) >= 2  # one told the customer's letter, one sent it
    assert "broker_away" not in working.words


async def test_what_a_dead_worker_took_goes_to_another(server, redis):
    dead, alive = make_broker(server.url), make_broker(server.url)
    assert isinstance(alive, RedisBroker)
    assert alive.heartbeat_timeout == 15_000
    alive.heartbeat_timeout = 100  # milliseconds
    sender(dead)([Due(7, 42)])
    assert await asyncio.to_thread(next, dead.consume(QUEUE, timeout=100)) is not None

    other, message = alive.consume(QUEUE, timeout=100), None
    async with asyncio.timeout(5):
        while message is None:
            message = await asyncio.to_thread(next, other)

    assert message.args == (7, 42)
    dead.close()
    alive.close()


async def test_what_cannot_be_acknowledged_holds_nobody_up(server, redis):
    broker = make_broker(server.url)
    sender(broker)([Due(7, 42), Due(7, 43)])
    consumer = broker.consume(QUEUE, prefetch=2, timeout=100)
    first, second = await asyncio.to_thread(next, consumer), await asyncio.to_thread(next, consumer)
    assert first and second

    await server.kill()

    consumer.ack(first)
    consumer.nack(first)
    consumer.requeue([second])
    broker.close()


async def test_hints_that_are_flushed_lose_no_letter(office, redis, server):
    await office.create()
    broker = make_broker(server.url)
    sender(broker)(await offer_due())
    broker.close()
    await redis.flushall()

    async with worker(office, BROKER_URL=server.url):
        await letters(office, 1)


async def test_a_flush_under_a_worker_at_work_harms_nothing(office, redis, server):
    async with worker(office, BROKER_URL=server.url):
        await office.create()
        await letters(office, 1)

        await redis.flushall()
        await redis.script_flush()
        await redis.config_resetstat()

        await is_used(redis, office)


async def test_a_worker_outlives_redis_and_uses_it_again(office, redis, server):
    async with worker(office, BROKER_URL=server.url) as working:
        await office.create()
        await letters(office, 1)

        await server.kill()
        await office.create()
        await letters(office, 2)
        await server.start()

        await is_used(redis, office)
        assert working.is_running


async def test_a_worker_starts_without_redis_and_finds_it_later(office, redis, server):
    await server.kill()
    async with worker(office, BROKER_URL=server.url):
        await office.create()
        await letters(office, 1)

        await server.start()

        await is_used(redis, office)


async def test_a_worker_outlives_a_redis_that_hangs(office, redis, server):
    async with worker(office, BROKER_URL=server.url):
        await office.create()
        await letters(office, 1)
        server.freeze()
        try:
            await office.create()

            await letters(office, 2)
        finally:
            server.thaw()


async def test_a_worker_ends_in_good_order_without_redis(office, redis, server):
    async with worker(office, BROKER_URL=server.url) as working:
        await office.create()
        await letters(office, 1)
        await server.kill()
        begun = time.monotonic()

        code = await working.end()

        assert (code, "worker_stopped" in working.words) == (0, True)
        assert time.monotonic() - begun < 11


async def test_the_web_process_is_ready_without_its_broker(database, monkeypatch):
    monkeypatch.setattr(settings, "broker_url", f"redis://127.0.0.1:{free_port()}")

    async with running_web() as web:
        await web.is_ready(within_seconds=5)


async def test_the_doctor_tells_whether_redis_answers(redis, server, monkeypatch):
    look = dict(doctor.CHECKS)["broker"]

    monkeypatch.setattr(settings, "broker_url", server.url)
    assert (await look()).grade is doctor.Grade.OK

    monkeypatch.setattr(settings, "broker_url", f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(RedisError):
        await look()
