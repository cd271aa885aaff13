"""The doorbell: in one process, and between two over a real PostgreSQL that is cut."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from ears import Ears

from models.embedded import Embedded
from realtime import rings
from realtime.bus import Bus


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with tempfile.TemporaryDirectory(prefix="deskwire-test-") as folder:
        Path(folder).chmod(0o755)
        embedded = Embedded(Path(folder) / "data", durable=False)
        embedded.start()
        yield embedded
        embedded.stop()


@pytest.fixture
async def two(server: Embedded) -> AsyncIterator[tuple[Bus, Bus]]:
    """The buses of two processes, both up."""
    buses = (
        Bus(f"{server.url}&application_name=here", beat_seconds=0.3),
        Bus(f"{server.url}&application_name=there", beat_seconds=0.3),
    )
    for bus in buses:
        ears = Ears(bus)
        await bus.start()
        await ears.until_gaps(1)
    yield buses
    for bus in buses:
        await bus.stop()


async def pid_of(server: Embedded, name: str) -> int:
    connection = await asyncpg.connect(server.url)
    sql = "SELECT pid FROM pg_stat_activity WHERE application_name = $1"
    try:
        return await connection.fetchval(sql, name)
    finally:
        await connection.close()


async def cut(server: Embedded, name: str) -> None:
    """End the connection that a bus holds, as a restart of the server does."""
    connection = await asyncpg.connect(server.url)
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
    try:
        assert len(await connection.fetch(sql, name)) == 1
    finally:
        await connection.close()


async def test_a_ring_is_heard_at_once_in_its_own_process_even_when_the_bus_is_down():
    bus = Bus("memory://")
    ears = Ears(bus)

    bus.ring(7, 41)

    assert ears.rings == [(7, 41)]
    assert not bus.is_up


async def test_a_bus_in_memory_comes_up_and_rings_once():
    bus = Bus("memory://", beat_seconds=0.05)
    ears = Ears(bus)
    await bus.start()
    await ears.until_gaps(1)

    bus.ring(7, 41)
    await bus.stop()

    assert ears.rings == [(7, 41)]


async def test_a_listener_that_fails_hinders_nobody():
    bus = Bus("memory://")
    bus.on_ring(lambda workspace_id, seq: 1 // 0)
    ears = Ears(bus)

    bus.ring(7, 41)

    assert ears.rings == [(7, 41)]


async def test_who_unsubscribes_hears_no_more():
    bus = Bus("memory://")
    heard: list[int] = []
    unsubscribe = bus.on_ring(lambda workspace_id, seq: heard.append(seq))
    bus.ring(7, 1)

    unsubscribe()
    bus.ring(7, 2)

    assert heard == [1]


async def test_a_ring_reaches_the_other_process(two):
    here, there = two
    ears = Ears(there)

    here.ring(7, 41)

    await ears.until_ring((7, 41))


async def test_a_thousand_rings_at_once_arrive_as_the_highest_of_each_workspace(two):
    here, there = two
    ears = Ears(there)

    for seq in range(1, 5):
        for workspace_id in range(1000):
            here.ring(workspace_id, seq)

    for workspace_id in range(1000):
        await ears.until_ring((workspace_id, 4))
    assert len(ears.rings) == 1000


async def test_a_ring_that_comes_late_does_not_hide_a_higher_one(two):
    here, there = two
    ears = Ears(there)

    here.ring(7, 41)
    here.ring(7, 40)

    await ears.until_ring((7, 41))
    assert (7, 40) not in ears.rings


async def test_a_ring_while_another_is_on_its_way_is_not_lost(two):
    here, there = two
    ears = Ears(there)

    for seq in range(1, 301):
        here.ring(7, seq)
        await asyncio.sleep(0)

    await ears.until_ring((7, 300))


async def test_the_last_rings_of_a_process_that_stops_are_heard(two):
    here, there = two
    ears = Ears(there)

    for workspace_id in range(1000):
        here.ring(workspace_id, 41)
    await here.stop()

    await ears.until_ring((999, 41))


async def test_a_cut_connection_heals_and_tells_of_the_gap(two, server):
    _, there = two
    ears = Ears(there)

    await cut(server, "there")
    await ears.until_gaps(1)

    two[0].ring(7, 41)
    await ears.until_ring((7, 41))


async def test_a_ring_during_the_cut_reaches_the_others_after_it(two, server):
    here, there = two
    ears = Ears(there)
    await cut(server, "here")

    here.ring(7, 41)

    await ears.until_ring((7, 41))


async def test_a_connection_that_hangs_is_replaced(two, server):
    here, _ = two
    ears = Ears(here)
    backend = await pid_of(server, "here")

    os.kill(backend, signal.SIGSTOP)

    try:
        await ears.until_gaps(1)
    finally:
        os.kill(backend, signal.SIGCONT)


async def test_a_bus_without_its_broker_is_down_and_stops_at_once():
    bus = Bus("postgresql://nobody@127.0.0.1:1/nothing")
    await bus.start()

    bus.ring(7, 41)
    async with asyncio.timeout(2):
        await bus.stop()

    assert not bus.is_up


def test_messages_stay_under_the_limit_of_postgresql():
    unsent = {10**18 + number: 10**18 + number for number in range(1000)}

    messages = [rings.encode(rings.new_sender(), part) for part in rings.parts(unsent)]

    assert max(map(len, messages)) < 8000
    assert sum(len(rings.decode(message).rings) for message in messages) == 1000


@pytest.mark.parametrize("noise", ["", "hello", "[]", "{}", '{"from":"x","rings":[[1]]}', "null"])
def test_noise_on_the_channel_is_no_message(noise):
    assert rings.decode(noise) is None
