"""Taking mail by SMTP: whose it is, and that it is stored before we say so."""

import asyncio
from collections.abc import AsyncGenerator

import aiosmtplib
import pytest
from postbox import answer, arrived, hello, letter, listening, post, talk

from models.database import fetch, run_tx
from models.errors import Unavailable
from models.outbox import OutboxRow
from models.reactions import Reaction
from resolvers import mails, tokens


@pytest.fixture
async def port(desk) -> AsyncGenerator[int]:
    async with listening() as port:
        yield port


async def test_a_mail_is_stored_byte_for_byte_with_its_envelope_and_its_job(port, desk):
    mail = letter("It burns.\n.\n..and smokes\n\nBye").as_bytes().replace(b"\n", b"\r\n")

    await post(port, mail, "acme@localhost", sender="carl@example.org")

    [row] = await arrived(desk.acme.id)
    [job] = await OutboxRow.filter(workspace_id=desk.acme.id, reaction=Reaction.RECEIVE)
    assert row.source == mail
    assert (row.mailbox, row.envelope_sender, row.recipients) == (
        "acme@localhost",
        "carl@example.org",
        ["acme@localhost"],
    )
    assert job.mail_in_id == row.id


@pytest.mark.parametrize("address", ["ACME@localhost", "acme+sales@localhost", "acme@desk.example"])
async def test_a_workspace_has_every_address_that_begins_with_its_name(port, desk, address):
    await post(port, letter(), address)

    [row] = await arrived(desk.acme.id)
    assert (row.mailbox, row.recipients) == ("acme@localhost", [address])


async def test_a_reply_address_leads_to_the_workspace_that_gave_it_out(port, desk, ticket, ada):
    token = await tokens.reply_token(ada.actor, ticket.id, ticket.contact_id)

    await post(port, letter(), f"R-{token.upper()}@LOCALHOST")

    assert len(await arrived(desk.acme.id)) == 1
    assert await arrived(desk.globex.id) == []


@pytest.mark.parametrize("address", ["nobody@localhost", f"r-{'a' * 52}@localhost", "acme", "+@localhost"])
async def test_an_address_that_nobody_has_is_refused(port, desk, address):
    with pytest.raises(aiosmtplib.SMTPRecipientRefused) as refusal:
        await post(port, letter(), address)

    assert refusal.value.code == 550


async def test_a_mail_to_two_workspaces_is_one_row_in_each(port, desk):
    await post(port, letter(), "acme@localhost", "acme+a@localhost", "globex@localhost")

    [acme], [globex] = await arrived(desk.acme.id), await arrived(desk.globex.id)
    assert acme.recipients == ["acme@localhost", "acme+a@localhost"]
    assert globex.recipients == ["globex@localhost"]


async def test_the_same_mail_again_is_taken_and_stored_once(port, desk):
    mail = letter(message_id="<1@example.org>")
    again = b"Received: from another way\n" + mail.as_bytes()

    await asyncio.gather(post(port, mail), post(port, mail), post(port, again, "acme@localhost"))

    assert len(await arrived(desk.acme.id)) == 1


async def test_mails_that_differ_in_their_text_are_not_the_same(port, desk):
    await post(port, letter("One.", message_id="<1@example.org>"))
    await post(port, letter("Two.", message_id="<1@example.org>"))
    await post(port, letter("One.", message_id=""))
    await post(port, letter("One.", message_id="", to="acme@other.example"))

    assert len(await arrived(desk.acme.id)) == 4


async def test_what_could_not_be_committed_was_not_taken(port, desk, monkeypatch):
    async def away(*_: object) -> int:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(mails, "receive", away)

    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await post(port, letter())

    assert refusal.value.code == 451


async def test_it_is_committed_before_the_client_is_told(port, desk):
    async def hold() -> None:
        await fetch("LOCK TABLE mail_in IN EXCLUSIVE MODE")
        has_begun.set()
        await release.wait()

    has_begun, release = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(run_tx(hold))
    await has_begun.wait()
    posting = asyncio.create_task(post(port, letter()))

    finished, _ = await asyncio.wait([posting], timeout=0.3)

    assert not finished
    release.set()
    await holding
    await posting
    assert len(await arrived(desk.acme.id)) == 1


@pytest.mark.parametrize(
    "text",
    [b".\r\n", b"\r\n.\r\n", b"Subject: x\r\n\r\n" + b"z" * 500_000 + b"\r\n.\r\n", b"\xff\x00\r\n.\r\n"],
)
async def test_texts_of_any_shape_are_taken_whole(port, desk, text):
    said = await talk(port, *hello(), b"DATA\r\n", text)

    [row] = await arrived(desk.acme.id)
    assert said[-1].startswith(b"250")
    assert row.source == text.removesuffix(b".\r\n")


async def test_commands_may_follow_a_mail_without_waiting(port, desk):
    mail = b"DATA\r\nSubject: 1\r\n\r\n..\r\n.\r\n"
    lines = b"".join(hello()) + mail + b"".join(hello()[1:]) + mail.replace(b"1", b"2") + b"QUIT\r\n"

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(lines)
    async with asyncio.timeout(5):
        said = await reader.read()

    rows = await arrived(desk.acme.id)
    assert said.endswith(b"221 Bye\r\n")
    assert [row.source for row in rows] == [b"Subject: 1\r\n\r\n.\r\n", b"Subject: 2\r\n\r\n.\r\n"]
    writer.close()


async def test_a_mail_under_way_at_the_end_is_taken_and_idle_clients_are_told(desk):
    async with listening() as port:
        idle, _ = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await answer(idle)
        await answer(reader)
        for command in (*hello(), b"DATA\r\n"):
            writer.write(command)
            await answer(reader)
        writer.write(b"Subject: half\r\n\r\nand")
        finishing = asyncio.create_task(_finish(idle, reader, writer))

    goodbye, taken, last = await finishing
    assert goodbye.startswith(b"421")
    assert taken.startswith(b"250")
    assert last.startswith(b"421")
    assert len(await arrived(desk.acme.id)) == 1


async def _finish(
    idle: asyncio.StreamReader, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[bytes, bytes, bytes]:
    """Send the other half once the idle client was told to leave."""
    goodbye = await answer(idle)
    writer.write(b" half.\r\n.\r\n")
    return goodbye, await answer(reader), await answer(reader)
