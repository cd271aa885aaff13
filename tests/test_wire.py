"""What our websocket protocol class does that uvicorn's does not, over raw connections."""

import asyncio
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from realtime.sockets import Sockets
from tests.toy_face import ToyFace, serving

HEAD = (
    b"Host: desk.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)
UPGRADE = b"GET /graphql HTTP/1.1\r\n" + HEAD + b"\r\n"
PING = b"\x89\xfd\0\0\0\0" + b"x" * 125
PONG_BYTES = 127


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serving(Sockets(ToyFace())) as address:
        yield urlsplit(address).port or 0


async def ask(port: int, request: bytes, frames: bytes = b"") -> bytes:
    """Send the request, then the frames, and return all from there until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    if frames:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frames)
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /graphql HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\n\r\nx",
        b"GET /graphql HTTP/1.1\r\n" + HEAD + b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /graphql HTTP/1.1\r\n" + HEAD + b"X-Many: 1\r\n" * 300 + b"\r\n",
        b"GET /graphql HTTP/1.1\r\n" + HEAD.replace(b"ZQ==", b"Z") + b"\r\n",
    ],
    ids=["post", "long header", "many headers", "bad key"],
)
async def test_what_is_no_request_for_a_socket_is_answered_and_closed(port, request_bytes):
    answer = await ask(port, request_bytes)

    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_a_refusal_is_no_fault_in_the_log(port, caplog):
    answer = await ask(port, UPGRADE.replace(b"graphql-transport-ws", b"nonsense"))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_message_of_endless_empty_fragments_is_cut_off(port):
    fragments = b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 100

    answer = await ask(port, UPGRADE, fragments)

    assert answer == b"\x88\x02" + (1009).to_bytes(2, "big")


async def test_pongs_to_a_client_that_does_not_read_are_not_piled_up(port):
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.connect(("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=wire, limit=1024)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")

    for _ in range(200):
        writer.write(PING * 100)
        await writer.drain()
    writer.write(b"\x88\x80\0\0\0\0")

    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    assert len(answer) < 20_000 * PONG_BYTES / 4
