"""Slow and oversized clients, over raw sockets against a real uvicorn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
import websockets
from starlette.types import Receive, Scope, Send

from settings import settings
from web.protocol import PatientProtocol

GET = b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n"
POST = b"POST %s HTTP/1.1\r\nHost: desk\r\nContent-Length: %d\r\n\r\n"
BRIEF = 0.15  # seconds; the time-outs here
LONGER = 3 * BRIEF


class Wire:
    """One raw connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *parts: bytes, pause: float = 0) -> None:
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(pause)

    async def answer(self) -> bytes:
        """Return the body of one answer."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length: "))
        return await self._reader.readexactly(int(length.split()[1]))

    async def rest(self) -> bytes:
        """Return all that the server sends until it hangs up."""
        return await asyncio.wait_for(self._reader.read(), 2)

    def close(self) -> None:
        self._writer.close()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Tell how long the body and the cookies are; take one's time on /slow; read nothing on /early."""
    if scope["type"] == "websocket":
        await _echo(scope, receive, send)
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(LONGER)
    length = 0 if scope["path"] == "/early" else await _length(receive)
    body = b"body=%d cookies=%d" % (length, _cookies(scope))
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _length(receive: Receive) -> int:
    length = 0
    while (message := await receive())["type"] == "http.request":
        length += len(message["body"])
        if not message["more_body"]:
            break
    return length


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{message['text']} {_cookies(scope)}"})


def _cookies(scope: Scope) -> int:
    return sum(len(value) for name, value in scope["headers"] if name == b"cookie")


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(settings, "header_seconds", BRIEF)
    monkeypatch.setattr(settings, "body_seconds", 2 * BRIEF)
    config = uvicorn.Config(
        app, port=0, http=PatientProtocol, ws="websockets-sansio", lifespan="off", log_level="error"
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


@pytest.fixture
async def wire(port: int) -> AsyncIterator[Wire]:
    async with connected(port) as wire:
        yield wire


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Wire]:
    wire = Wire(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield wire
    finally:
        wire.close()


async def test_an_ordinary_request_is_answered(wire: Wire):
    await wire.send(POST % (b"/", 5) + b"hello")

    assert await wire.answer() == b"body=5 cookies=0"


async def test_a_connection_serves_several_requests(wire: Wire):
    await wire.send(GET)
    first = await wire.answer()
    await wire.send(POST % (b"/", 5), b"he", b"llo")

    assert (first, await wire.answer()) == (b"body=0 cookies=0", b"body=5 cookies=0")


async def test_pipelined_requests_are_all_answered(wire: Wire):
    await wire.send(POST % (b"/", 40_000) + b"x" * 40_000 + GET * 2)

    answers = [await wire.answer() for _ in range(3)]

    assert answers == [b"body=40000 cookies=0", b"body=0 cookies=0", b"body=0 cookies=0"]


async def test_a_body_is_not_counted_as_the_next_head(wire: Wire):
    request = POST % (b"/", 40_000) + b"x" * 40_000
    await wire.send(request[:20], request[20:] + GET[:20], GET[20:], pause=BRIEF / 5)

    answers = [await wire.answer() for _ in range(2)]

    assert answers == [b"body=40000 cookies=0", b"body=0 cookies=0"]


async def test_a_silent_connection_is_closed_without_a_word(wire: Wire):
    assert await wire.rest() == b""


async def test_headers_that_do_not_end_time_out(wire: Wire):
    await wire.send(GET[:20])

    assert (await wire.rest()).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


async def test_headers_that_drip_time_out(wire: Wire):
    drip = asyncio.create_task(wire.send(*(GET[n : n + 1] for n in range(12)), pause=BRIEF / 6))

    answer = await wire.rest()
    await asyncio.gather(drip, return_exceptions=True)

    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_headers_of_a_later_request_time_out_too(wire: Wire):
    await wire.send(GET)
    await wire.answer()
    await wire.send(GET[:20])

    assert (await wire.rest()).startswith(b"HTTP/1.1 408 ")


async def test_a_pipelined_head_that_does_not_end_times_out(wire: Wire):
    await wire.send(GET + GET[:20])
    await wire.answer()

    assert (await wire.rest()).startswith(b"HTTP/1.1 408 ")


async def test_an_empty_line_after_a_request_does_not_hold_the_connection(wire: Wire):
    await wire.send(GET)
    await wire.answer()
    await wire.send(b"\r\n")

    assert await wire.rest() == b""


async def test_a_body_that_stops_times_out(wire: Wire):
    await wire.send(POST % (b"/", 100), b"x" * 50)

    assert (await wire.rest()).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_drips_times_out(wire: Wire):
    await wire.send(POST % (b"/", 100))
    drip = asyncio.create_task(wire.send(*[b"x"] * 20, pause=BRIEF / 5))

    answer = await wire.rest()
    await asyncio.gather(drip, return_exceptions=True)

    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_body_in_parts_within_its_time_is_read(wire: Wire):
    await wire.send(POST % (b"/", 6), *[b"x"] * 6, pause=BRIEF / 5)

    assert await wire.answer() == b"body=6 cookies=0"


async def test_a_body_after_its_answer_is_not_waited_for(wire: Wire):
    await wire.send(POST % (b"/early", 100))
    answer = await wire.answer()

    assert (answer, await wire.rest()) == (b"body=0 cookies=0", b"")


async def test_a_slow_answer_is_not_the_clients_fault(wire: Wire):
    await wire.send((POST % (b"/slow", 5)) + b"hello", b"\r\n", pause=BRIEF / 5)

    assert await wire.answer() == b"body=5 cookies=0"


async def test_a_body_that_we_are_slow_to_read_is_not_the_clients_fault(wire: Wire):
    await wire.send((POST % (b"/slow", 200_000)) + b"x" * 200_000)

    assert await wire.answer() == b"body=200000 cookies=0"


def _head(size: int) -> bytes:
    """Return a request of which the target and the header lines have this many bytes."""
    filler = size - len(b"/") - len(b"Host: desk\r\n") - len(b"A: \r\n")
    return GET[:-2] + b"A: " + b"x" * filler + b"\r\n\r\n"


async def test_a_head_at_the_limit_is_read(wire: Wire):
    await wire.send(_head(settings.header_bytes))

    assert await wire.answer() == b"body=0 cookies=0"


async def test_a_head_over_the_limit_is_refused(wire: Wire):
    await wire.send(_head(settings.header_bytes + 1))

    assert (await wire.rest()).startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


async def test_many_small_headers_are_refused_too(wire: Wire):
    await wire.send(GET[:-2] + b"A: 1\r\n" * 8_000 + b"\r\n")

    assert (await wire.rest()).startswith(b"HTTP/1.1 431 ")


async def test_a_header_without_an_end_is_refused_before_it_fills_the_memory(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settings, "header_seconds", 60)
    await wire.send(GET[:-2] + b"A: ", b"x" * 20_000, b"x" * 20_000, pause=BRIEF / 5)

    assert (await wire.rest()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("cookies", "seen"), [([8192], 8192), ([8193], 0), ([4096, 4096], 8192), ([4096, 4097], 0)]
)
async def test_long_cookies_are_dropped_unread(wire: Wire, cookies: list[int], seen: int):
    lines = b"".join(b"Cookie: " + b"c" * size + b"\r\n" for size in cookies)
    await wire.send(GET[:-2] + lines + b"\r\n")

    assert await wire.answer() == b"body=0 cookies=%d" % seen


async def test_a_socket_outlives_the_time_outs(port: int):
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/", additional_headers={"Cookie": "c" * 9000}
    ) as socket:
        await asyncio.sleep(LONGER)
        await socket.send("still here")

        assert await socket.recv() == "still here 0"


async def test_nothing_is_left_of_a_connection_that_is_closed_early(port: int):
    async with connected(port) as wire:
        await wire.send(POST % (b"/", 100), b"x")

    async with connected(port) as wire:
        await wire.send(GET)

        assert await wire.answer() == b"body=0 cookies=0"
