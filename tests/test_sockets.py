"""graphql-transport-ws over real sockets: the protocol, message by message."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import structlog
from websockets.exceptions import InvalidStatus

from models.errors import Forbidden, RateLimited, Unauthenticated, Unavailable
from realtime.sockets import Sockets
from settings import settings
from tests.toy_face import Client, ToyFace, dial, serving


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


async def test_the_acknowledgement_tells_the_time_and_the_heartbeat(address):
    client = await dial(address)

    await client.say(type="connection_init", payload={"key": 1})

    payload = (await client.hear())["payload"]
    assert datetime.fromisoformat(payload["serverTime"]).tzinfo is not None
    assert payload["heartbeatSeconds"] == settings.ping_seconds


async def test_an_operation_gives_its_results_in_order_and_completes(client):
    await client.run("a", "count")

    frames = [await client.hear() for _ in range(4)]

    assert [frame.get("payload") for frame in frames] == [
        {"data": 0},
        {"data": 1},
        {"data": 2},
        None,
    ]
    assert [frame["type"] for frame in frames] == ["next", "next", "next", "complete"]


async def test_an_id_is_given_back_exactly_as_it_came(client):
    await client.run('ä"\\\n', "hello")

    assert (await client.hear())["id"] == 'ä"\\\n'


async def test_a_refused_operation_ends_alone(client):
    await client.run("bad", "refuse")
    await client.run("good", "hello")

    refused, answered = await client.hear(), await client.hear()

    assert refused["type"] == "error"
    assert refused["payload"] == [{"message": "No such field.", "extensions": {"code": "OF_TEST"}}]
    assert answered["payload"] == {"data": "hello"}


async def test_a_bug_of_ours_is_masked_and_logged_whole(client):
    with structlog.testing.capture_logs() as lines:
        await client.run("bad", "no such word")
        shown = (await client.hear())["payload"][0]

    assert shown["message"] == "Unexpected error."
    assert shown["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert [line["event"] for line in lines if line.get("exc_info")] == ["operation_fault"]


async def test_complete_frees_the_operation_and_its_id(client, face):
    await client.run("a", "watch")
    await client.settle()
    await client.say(id="a", type="complete")
    await client.run("a", "hello")

    answer = await client.hear()

    await face.until_freed()
    assert answer["payload"] == {"data": "hello"}
    assert face.watching == 0


async def test_after_complete_no_result_arrives(client, face):
    await client.run("a", "watch")
    await client.settle()
    await client.say(id="a", type="complete")
    await face.until_freed()

    face.tell("too late")
    await client.say(type="ping")

    assert await client.hear() == {"type": "pong"}


async def test_a_client_that_leaves_frees_its_operations_and_its_seat(client, face, sockets):
    await client.run("a", "watch")
    await client.settle()

    client.connection.transport.abort()
    await face.until_freed()

    assert face.watching == 0
    assert sockets._seats.is_empty


async def test_results_that_are_no_generator_are_closed_too(client, face):
    await client.run("a", "source")
    await client.settle()

    await client.say(id="a", type="complete")

    await face.until_freed()


async def test_an_operation_inherits_no_context(client):
    await client.run("a", "inherited")

    assert (await client.hear())["payload"] == {"data": "nothing"}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"id": "a", "type": "subscribe", "payload": {"query": "hello"}}], 4401),
        ([{"type": "connection_init", "payload": {}}], 4401),
        ([{"type": "connection_init", "payload": {"key": 1}}] * 2, 4429),
        ([{"type": "connection_init", "payload": "x"}], 4400),
    ],
)
async def test_a_broken_opening_closes_with_its_code(address, messages, code):
    client = await dial(address)

    for message in messages:
        await client.say(**message)

    assert await client.until_closed() == code


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Unauthenticated("No."), 4401),
        (Forbidden("No."), 4403),
        (RateLimited("No."), 4429),
        (Unavailable("Later."), 1012),
        (RuntimeError("secret"), 1011),
    ],
)
async def test_a_refused_welcome_closes_with_its_code(address, face, refusal, code):
    face.refusal = refusal
    client = await dial(address)

    await client.say(type="connection_init", payload={"key": 1})

    assert await client.until_closed() == code


async def test_a_duplicate_id_closes(client):
    await client.run("a", "watch")
    await client.run("a", "watch")

    assert await client.until_closed() == 4409


async def test_a_face_that_finds_the_client_too_slow_closes(client):
    await client.run("a", "slow")

    assert await client.until_closed() == 4410


async def test_a_drain_closes_in_stages_and_takes_nobody_new(address, sockets):
    clients = [await (await dial(address)).join() for _ in range(4)]
    closings = [asyncio.create_task(client.until_closed()) for client in clients]

    draining = asyncio.create_task(sockets.drain(0.4))
    await asyncio.wait(closings, return_when=asyncio.FIRST_COMPLETED)
    still_open = sockets.open
    codes = await asyncio.gather(*closings)
    await draining

    assert 0 < still_open < 4
    assert codes == [1012] * 4
    assert sockets.open == 0
    with pytest.raises(InvalidStatus, match="503"):
        await dial(address)


async def test_only_our_sub_protocol_and_our_origins_are_accepted(address):
    with pytest.raises(InvalidStatus, match="403"):
        await dial(address, origin="https://evil.example")
    with pytest.raises(InvalidStatus, match="400"):
        await dial(address, subprotocols=["graphql-ws"])
