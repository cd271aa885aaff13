"""Redis as the doorbell: it rings, and nothing is missed while it is killed, cut or frozen."""

import asyncio
from collections.abc import AsyncGenerator

import cast
import pytest
from ears import Ears
from redis.asyncio import Redis
from running_web import RunningWeb, running_web
from services import Service, redis_server

from models.tickets import Ticket
from realtime.bus import Bus
from realtime.link import link
from resolvers import change, comments
from settings import settings

pytestmark = pytest.mark.service
BEAT_SECONDS = 0.3
COMMENTS = "subscription { commentAdded { type comment { body } } }"


@pytest.fixture(scope="module")
async def server(tmp_path_factory) -> AsyncGenerator[Service]:
    async with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
async def redis(server: Service) -> AsyncGenerator[Redis]:
    """A client of the server, which runs."""
    if not server.is_running:
        await server.start()
    async with Redis.from_url(server.url) as client:
        yield client


@pytest.fixture
async def two(redis: Redis, server: Service) -> AsyncGenerator[tuple[Bus, Bus]]:
    """The buses of two processes, both up."""
    buses = Bus(server.url, beat_seconds=BEAT_SECONDS), Bus(server.url, beat_seconds=BEAT_SECONDS)
    for bus in buses:
        ears = Ears(bus)
        await bus.start()
        await ears.until_gaps(1)
    yield buses
    for bus in buses:
        await bus.stop()


@pytest.fixture
async def web(desk: cast.Desk, redis: Redis, server: Service, monkeypatch) -> AsyncGenerator[RunningWeb]:
    """A web process that learns of changes from another one, or by looking once a second."""
    async with running_web(server.url) as running:
        other = Bus(server.url)
        await other.start()
        monkeypatch.setattr(change, "ring", other.ring)
        await running.is_ready()
        yield running
        await other.stop()


async def is_down(bus: Bus) -> None:
    async with asyncio.timeout(5):
        while bus.is_up:
            await asyncio.sleep(0.01)


async def hears(web: RunningWeb, grace: cast.Somebody, ada: cast.Somebody, ticket: Ticket, body: str) -> None:
    """Let Ada reply elsewhere, and Grace, who has a subscription here, hear it within two seconds."""
    async with web.socket(grace.key) as socket:
        watching = await socket.subscribe(COMMENTS)
        await web.joined(1)
        await comments.reply(ada.actor, ticket.id, body)
        async with asyncio.timeout(2):
            told = (await socket.next(watching))["data"]["commentAdded"]
    await web.joined(0)
    assert told["comment"] == {"body": body}


async def test_a_ring_reaches_the_other_process(two):
    here, there = two
    ears = Ears(there)

    here.ring(7, 41)

    await ears.until_ring((7, 41))


async def test_another_installation_on_the_same_redis_is_not_heard(two, server):
    foreign = Bus(f"{server.url}/1")
    up = Ears(foreign)
    await foreign.start()
    await up.until_gaps(1)
    ears = Ears(two[1])

    foreign.ring(7, 41)
    await foreign.stop()  # which sends what was rung
    two[0].ring(7, 42)

    await ears.until_ring((7, 42))
    assert ears.rings == [(7, 42)]


async def test_a_cut_ear_heals_and_tells_of_the_gap(two, redis):
    here, there = two
    ears = Ears(there)

    await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

    await ears.until_gaps(1)
    here.ring(7, 41)
    await ears.until_ring((7, 41))


async def test_nothing_is_said_that_would_not_be_heard_here(redis, server):
    async with link(server.url, "channel") as linked:
        await linked.send("first")
        assert await linked.hear() == "first"

        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

        with pytest.raises(ConnectionError):
            async with asyncio.timeout(5):
                while True:
                    await linked.send("second")


async def test_a_cut_mouth_loses_no_ring(two, redis):
    here, there = two
    ears = Ears(there)

    await redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    here.ring(7, 41)

    await ears.until_ring((7, 41))


async def test_a_bus_outlives_redis_and_rings_again(two, server):
    here, there = two
    ears = Ears(there)

    await server.kill()
    await is_down(there)
    await server.start()

    await ears.until_gaps(1)
    here.ring(7, 41)
    await ears.until_ring((7, 41))


async def test_a_redis_that_hangs_is_told_from_one_that_is_quiet(two, server):
    _, there = two
    ears = Ears(there)

    server.freeze()
    try:
        await is_down(there)
    finally:
        server.thaw()

    await ears.until_gaps(1)


async def test_no_connection_is_left_behind(two, redis):
    ears = [Ears(bus) for bus in two]
    before = len(await redis.client_list())

    for gap in range(1, 4):
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        for each in ears:
            await each.until_gaps(gap)

    assert len(await redis.client_list()) == before


async def test_a_flush_is_no_silence(two, redis):
    here, there = two
    ears = Ears(there)

    await redis.flushall()
    here.ring(7, 41)

    await ears.until_ring((7, 41))
    assert ears.gaps == 0


async def test_a_subscriber_hears_by_the_bell_alone(web, ada, grace, ticket, monkeypatch):
    monkeypatch.setattr(settings, "poll_seconds", 60)

    await hears(web, grace, ada, ticket, "We are on our way.")


async def test_a_subscriber_misses_nothing_without_redis(web, ada, grace, ticket, server):
    await server.kill()
    await is_down(web.parts.bus)
    assert await web.readiness() == "degraded"

    await hears(web, grace, ada, ticket, "Without a bell.")

    await server.start()
    await web.is_ready(within_seconds=10)
    await hears(web, grace, ada, ticket, "With a bell again.")
