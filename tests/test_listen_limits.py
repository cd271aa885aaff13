"""What mail clients cannot do to us: their sizes, their pace, their number, their mistakes."""

import asyncio
import logging
from collections.abc import AsyncGenerator

import pytest
from postbox import answer, arrived, hello, letter, listening, post, talk

from jobs.mail import line
from settings import settings


@pytest.fixture
async def port(desk) -> AsyncGenerator[int]:
    async with listening() as port:
        yield port


async def test_a_mail_over_the_size_is_refused_and_the_next_one_is_taken(port, desk, monkeypatch):
    monkeypatch.setattr(settings, "mail_bytes", 2000)
    big = letter("x" * 70 + "\n" + "y\n" * 1000).as_bytes()

    said = await talk(port, *hello(), b"DATA\r\n", big.replace(b"\n", b"\r\n") + b".\r\n")
    await post(port, letter())

    assert said[-1].startswith(b"552")
    assert len(await arrived(desk.acme.id)) == 1


async def test_a_size_that_is_announced_is_refused_at_once(port, desk):
    said = await talk(port, b"EHLO me\r\n", b"MAIL FROM:<a@b.example> SIZE=99000000\r\n")

    assert said[-1].startswith(b"552")


async def test_a_client_that_never_ends_its_mail_is_cut_off(port, desk, monkeypatch):
    monkeypatch.setattr(settings, "mail_bytes", 100_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(hello()) + b"DATA\r\n" + b"x" * 300_000)

    async with asyncio.timeout(5):
        with pytest.raises(ConnectionResetError):
            while await reader.read(1000):
                writer.write(b"x" * 10_000)
                await writer.drain()
            raise ConnectionResetError

    assert await arrived(desk.acme.id) == []


@pytest.mark.parametrize(
    "command",
    [
        *(b"\xff\xff", b"", b"DATA", b"AUTH X", b"VRFY <\xff", b"X" * 200_000),
        *(b'MAIL FROM:<"', b"MAIL FROM:<@", b"MAIL FROM:<a@[", b"MAIL FROM:<a@b> SIZE=\xc2\xb2"),
        *(b"MAIL FROM:<\x00@>\r\nRCPT TO:<\xff@x>", b"MAIL FROM:<>\r\nRCPT TO:<\x00@x>"),
    ],
)
async def test_clients_mistakes_are_answered_and_leave_no_traceback(port, desk, caplog, command):
    caplog.set_level(logging.WARNING)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    writer.write(b"EHLO me\r\n" + command + b"\r\nQUIT\r\n")
    async with asyncio.timeout(5):
        said = (await reader.read()).splitlines()

    assert said[-2][:1] in (b"2", b"5")
    assert said[-1].startswith(b"221")
    assert [record for record in caplog.records if record.exc_info] == []
    writer.close()


async def test_a_client_that_goes_away_in_its_mail_leaves_nothing(port, desk, caplog):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(hello()) + b"DATA\r\nhalf a mail")
    await answer(reader)

    writer.transport.abort()

    await post(port, letter())
    assert len(await arrived(desk.acme.id)) == 1
    assert [record for record in caplog.records if record.exc_info] == []


async def test_too_many_connections_are_turned_away(port, desk, monkeypatch):
    monkeypatch.setattr(settings, "smtp_in_connections_per_address", 1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await answer(reader)

    [said] = await talk(port)
    writer.write(b"QUIT\r\n")
    await reader.read()
    await post(port, letter())

    assert said.startswith(b"421")
    writer.close()


async def test_a_silent_client_is_cut_off(port, desk, monkeypatch):
    monkeypatch.setattr(settings, "smtp_in_seconds", 0.1)
    reader, _ = await asyncio.open_connection("127.0.0.1", port)

    async with asyncio.timeout(5):
        said = await reader.read()

    assert said.startswith(b"220")


async def test_one_mail_has_so_much_time_and_no_more(port, desk, monkeypatch):
    monkeypatch.setattr(line, "MAIL_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(hello()) + b"DATA\r\nSubject: slow\r\n")

    async with asyncio.timeout(5):
        await reader.read()

    assert await arrived(desk.acme.id) == []
    writer.close()
