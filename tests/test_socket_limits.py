"""The limits of sockets, each at it and over it, and clients that mean harm."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import structlog
from websockets.exceptions import ConnectionClosed

from realtime.sockets import Sockets
from settings import settings
from tests.toy_face import Client, ToyFace, dial, serving

SCRAPS = [
    *('{"type":', '"ping"', '"subscribe"', '"complete"', '"connection_init"', ',"id":"1"'),
    *(',"payload":', "{", "}", "[", "]", "null", "1e999", '"\\ud800"', '{"query":"hello"}', "\0"),
]
WHOLE = [
    '{"type":"connection_init","payload":{"key":2}}',
    '{"type":"ping"}',
    '{"type":"subscribe","id":"1","payload":{"query":"watch"}}',
    '{"type":"complete","id":"1"}',
]


@pytest.fixture
def face() -> ToyFace:
    return ToyFace()


@pytest.fixture
def sockets(face: ToyFace) -> Sockets:
    return Sockets(face)


@pytest.fixture
async def address(sockets: Sockets) -> AsyncIterator[str]:
    async with serving(sockets) as address:
        yield address


@pytest.fixture
async def client(address: str) -> Client:
    return await (await dial(address)).join()


async def test_who_never_initialises_is_closed(monkeypatch, address):
    monkeypatch.setattr(settings, "init_seconds", 0.1)

    client = await dial(address)

    assert await client.until_closed() == 4408


async def test_who_answers_pings_stays_and_who_does_not_is_cut(monkeypatch, address):
    monkeypatch.setattr(settings, "ping_seconds", 0.1)
    lively, dead = [await (await dial(address)).join() for _ in range(2)]

    for _ in range(5):
        assert await lively.hear() == {"type": "ping"}
        await lively.say(type="pong")

    assert await dead.until_closed() is None
    await lively.say(type="ping")
    assert await lively.hear() in ({"type": "ping"}, {"type": "pong"})


async def test_a_burst_is_allowed_and_a_flood_is_not(monkeypatch, client):
    monkeypatch.setattr(settings, "frames_per_second", 5)
    monkeypatch.setattr(settings, "socket_operations", 5)

    for _ in range(9):
        await client.settle()
    for _ in range(30):
        await client.say(type="pong")

    assert await client.until_closed() == 4429


async def test_a_frame_at_the_limit_is_taken_and_one_over_it_is_not(client):
    padding = settings.frame_bytes - len('{"type":"ping"}')

    await client.connection.send('{"type":"ping"}' + " " * padding)
    taken = await client.hear()
    await client.connection.send('{"type":"ping"}' + " " * (padding + 1))

    assert taken == {"type": "pong"}
    assert await client.until_closed() == 1009


async def test_an_operation_too_many_ends_alone(monkeypatch, client, face):
    monkeypatch.setattr(settings, "socket_operations", 3)
    for number in range(3):
        await client.run(str(number), "watch")

    await client.run("over", "watch")
    refused = await client.hear()
    await client.say(id="0", type="complete")
    await face.until_freed()
    await client.run("next", "hello")

    assert refused["id"] == "over"
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert (await client.hear())["payload"] == {"data": "hello"}


async def test_a_principal_has_so_many_sockets(monkeypatch, address):
    monkeypatch.setattr(settings, "sockets_per_principal", 2)
    first, _ = [await (await dial(address)).join() for _ in range(2)]

    over = await dial(address)
    await over.say(type="connection_init", payload={"key": 1})

    assert await over.until_closed() == 4429
    await (await dial(address)).join(key=2)
    await first.connection.close()
    await (await dial(address)).join()


async def test_an_address_has_so_many_sockets_that_nobody_knows(monkeypatch, address):
    monkeypatch.setattr(settings, "sockets_per_address", 2)
    first, _ = [await dial(address) for _ in range(2)]

    over = await dial(address)

    assert await over.until_closed() == 4429
    await first.join()
    await (await dial(address)).join()


async def test_lost_rights_close_the_socket_and_nothing_more_is_sent(monkeypatch, address, face):
    monkeypatch.setattr(settings, "recheck_seconds", 0.05)
    mine, other = await (await dial(address)).join(1), await (await dial(address)).join(2)
    await mine.run("a", "watch")
    await mine.settle()

    face.revoked.add(1)
    code = await mine.until_closed()

    assert code == 4403
    assert face.watching == 0
    await other.settle()


async def test_rights_that_cannot_be_told_are_doubted_only_for_so_long(monkeypatch, address, face):
    monkeypatch.setattr(settings, "recheck_seconds", 0.05)
    monkeypatch.setattr(settings, "doubt_seconds", 0.3)
    client = await (await dial(address)).join()

    face.doubt = OSError("no database")
    await asyncio.sleep(0.1)
    await client.settle()

    assert await client.until_closed() == 1012


async def test_a_client_that_never_reads_hinders_nobody_and_is_freed(monkeypatch, address, sockets, client):
    monkeypatch.setattr(settings, "stall_seconds", 0.3)
    silent = await (await dial(address, max_queue=1)).join(2)
    await silent.run("a", "flood")

    await client.run("a", "hello")
    answer = await client.hear()
    async with asyncio.timeout(5):
        while sockets.open > 1:
            await asyncio.sleep(0.02)

    assert answer["payload"] == {"data": "hello"}
    assert (await client.hear())["type"] == "complete"
    await client.settle()


@pytest.mark.parametrize(
    "frame", [b"\1\2", "hello", "[" * 60_000, '{"type":"connection_ack"}', '{"type":"nope"}']
)
async def test_nonsense_closes_with_fixed_words_and_one_line_in_the_log(client, frame):
    with structlog.testing.capture_logs() as lines:
        await client.connection.send(frame)
        code = await client.until_closed()
        await asyncio.wait_for(client.connection.wait_closed(), 5)

    assert code == 4400
    assert client.connection.close_reason == "Invalid message"
    assert [(line["event"], "exc_info" in line) for line in lines] == [("socket_closed", False)]


async def test_text_that_is_no_utf8_closes(client):
    await client.connection.send(b"\xff\xfe", text=True)

    assert await client.until_closed() == 4400


async def test_ten_thousand_random_frames_leave_the_server_well(address, client, sockets):
    chance = random.Random(17)
    codes = set()

    with structlog.testing.capture_logs() as lines:
        for _ in range(20):
            codes |= set(await asyncio.gather(*(fuzz(address, chance) for _ in range(10))))

    assert {4400} <= codes <= {4400, 4401, 4409, 4429}
    assert not [line for line in lines if line.get("exc_info")]
    await client.run("a", "hello")
    assert (await client.hear())["payload"] == {"data": "hello"}


async def fuzz(address: str, chance: random.Random) -> int | None:
    """Send 50 frames, few of which mean anything, and return how it ended."""
    client = await dial(address)
    try:
        for _ in range(50):
            scraps = chance.choices(SCRAPS, k=chance.randrange(1, 9))
            await client.connection.send(chance.choice([*WHOLE, "".join(scraps)]))
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    return await client.until_closed()
