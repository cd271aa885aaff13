"""What waits to be sent, in front of a client that takes it slowly."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message

from realtime.closings import Closing
from realtime.line import CHARACTERS, Counts, Line
from settings import settings


class SlowClient:
    """The far end of a socket: takes one message for each `take`."""

    def __init__(self) -> None:
        self.taken: asyncio.Queue[Message] = asyncio.Queue()
        self._free = asyncio.Semaphore(0)

    async def send(self, message: Message) -> None:
        await self._free.acquire()
        self.taken.put_nowait(message)

    async def take(self) -> Message:
        self._free.release()
        async with asyncio.timeout(5):
            return await self.taken.get()


@pytest.fixture
def client() -> SlowClient:
    return SlowClient()


@pytest.fixture
async def line(client: SlowClient) -> AsyncIterator[Line]:
    line = Line(client.send, Counts())
    writer = asyncio.create_task(line.run())
    yield line
    writer.cancel()


async def test_frames_go_out_in_order_and_are_counted(line, client):
    for word in "abc":
        line.put(word)

    assert [(await client.take())["text"] for _ in range(3)] == ["a", "b", "c"]


async def test_after_the_end_nothing_goes_out_but_the_end(line, client):
    line.put("before")
    await asyncio.sleep(0)
    line.put("waiting")
    line.close(Closing.FORBIDDEN)
    line.put("after")

    assert (await client.take())["text"] == "before"
    assert (await client.take())["code"] == 4403


async def test_what_an_operation_left_waiting_is_taken_back(line, client):
    mine, other = object(), object()
    line.put("sent already", mine)
    await asyncio.sleep(0)
    line.put("mine", mine)
    line.put("another", other)

    line.forget(mine)

    assert (await client.take())["text"] == "sent already"
    assert (await client.take())["text"] == "another"


async def test_a_line_that_is_too_long_ends(monkeypatch, line, client):
    monkeypatch.setattr(settings, "socket_backlog", 3)

    for _ in range(3):
        line.put("pong")
    at_the_limit = line.closing
    line.put("pong")

    assert at_the_limit is None
    assert line.closing is Closing.TOO_SLOW


async def test_an_operation_waits_until_there_is_room(line, client):
    line.put("x" * CHARACTERS)
    line.put("x" * CHARACTERS)
    waiting = asyncio.create_task(line.deliver("next", None))
    await asyncio.sleep(0)
    has_waited = not waiting.done()

    await client.take()
    await client.take()

    async with asyncio.timeout(5):
        await waiting
    assert has_waited
    assert (await client.take())["text"] == "next"
