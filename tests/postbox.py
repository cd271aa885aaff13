"""Mail on its way to us: written, handed over by SMTP to a listener, and what became of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from secrets import token_hex

import aiosmtplib

from jobs.mail import message_ids
from jobs.mail.listener import Listener
from jobs.relay import work_off
from models.comments import Comment
from models.events import Event
from models.letters import Letter
from models.mails import MailIn
from models.tickets import Ticket

CARL = "carl@example.org"


@asynccontextmanager
async def listening() -> AsyncGenerator[int]:
    """A listener in the test, on its loop and database; gives its port."""
    listener = Listener()
    await listener.start("127.0.0.1", 0)
    try:
        yield listener.port
    finally:
        await listener.stop()


def letter(body: str = "It burns.", *, to: str = "acme@localhost", **headers: str) -> EmailMessage:
    """Return Carl's mail. Headers are named like `in_reply_to`; one that is empty is left out."""
    made = EmailMessage()
    told = {
        "from": f"Carl Customer <{CARL}>",
        "to": to,
        "subject": "The printer is on fire",
        "message_id": f"<{token_hex(8)}@example.org>",
    } | headers
    for name, value in told.items():
        if value:
            made[name.replace("_", "-").title()] = value
    made.set_content(body)
    return made


async def post(port: int, mail: EmailMessage | bytes, *recipients: str, sender: str = CARL) -> None:
    """Hand the mail over, as it is, to these recipients or to those of its To."""
    source = mail if isinstance(mail, bytes) else mail.as_bytes()
    to = recipients or ((str(mail["To"]),) if isinstance(mail, EmailMessage) else ())
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    async with client:
        await client.mail(sender)
        for recipient in to:
            await client.rcpt(recipient)
        await client.data(source)


async def placed(workspace_id: int) -> list[MailIn]:
    """Work what is due, and return the workspace's mails in the order of their coming."""
    await work_off()
    return await arrived(workspace_id)


async def arrived(workspace_id: int) -> list[MailIn]:
    return await MailIn.filter(workspace_id=workspace_id).order_by("id")


async def tickets_of(workspace_id: int) -> list[Ticket]:
    return await Ticket.filter(workspace_id=workspace_id).order_by("id")


async def said_on(ticket: Ticket) -> list[str]:
    """Return the texts of the ticket's comments."""
    rows = Comment.filter(workspace_id=ticket.workspace_id, ticket_id=ticket.id)
    return [row.body for row in await rows.order_by("id")]


async def letter_id(workspace_id: int, ticket_id: int) -> str:
    """Return the Message-ID of our letter about the ticket's first event."""
    event = await Event.filter(workspace_id=workspace_id, ticket_id=ticket_id).order_by("seq").first()
    assert event is not None
    return message_ids.make(event, CARL, Letter.ACKNOWLEDGEMENT)


async def talk(port: int, *lines: bytes) -> list[bytes]:
    """Send the lines one by one, and return the last line of each answer, the greeting first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = [await answer(reader)]
    for each in lines:
        writer.write(each)
        answers.append(await answer(reader))
    writer.close()
    return answers


async def answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        while (said := await reader.readline())[3:4] == b"-":
            pass
    return said.strip()


def hello() -> tuple[bytes, ...]:
    """Return what a client says before the text of a mail from Carl to Acme."""
    return b"EHLO me\r\n", b"MAIL FROM:<carl@example.org>\r\n", b"RCPT TO:<acme@localhost>\r\n"
