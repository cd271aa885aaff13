"""Acme as its jobs see it: tickets that start jobs, the outbox, and an inbox of files."""

import email
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path
from secrets import token_hex

import cast
import pytest

from jobs.relay import work_off
from models.actors import Actor
from models.contacts import Contact
from models.database import fetch
from models.mails import MailOut
from models.outbox import OutboxRow
from models.tickets import Ticket
from resolvers import comments, tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket
from settings import settings


@dataclass
class Office:
    """What Ada does, and what was mailed because of it."""

    url: str
    ada: Actor
    folder: Path

    @property
    def workspace_id(self) -> int:
        return self.ada.workspace_id

    async def create(self, title: str = "The printer is on fire", **values: object) -> Ticket:
        """Create a ticket, of a new customer unless one is named."""
        values.setdefault("contact", ContactRef(email=f"carl-{token_hex(4)}@x.example", name="Carl"))
        return await tickets.create(self.ada, NewTicket(title, **values))  # type: ignore[arg-type]

    async def reply(self, ticket: Ticket, body: str = "Use the extinguisher.") -> None:
        await comments.reply(self.ada, ticket.id, body)

    async def prove(self, ticket: Ticket) -> None:
        """Let the ticket's customer have opened a link before."""
        await Contact.filter(workspace_id=self.workspace_id, id=ticket.contact_id).update(
            proved_at=ticket.created_at
        )

    def inbox(self) -> list[EmailMessage]:
        """Return the letters that were sent, in no order."""
        return [parsed(path.read_bytes()) for path in self.folder.glob("outbox/*.eml")]

    def letter(self) -> EmailMessage:
        """Return the one letter that was sent."""
        [letter] = self.inbox()
        return letter

    async def mails(self) -> list[MailOut]:
        return await MailOut.filter(workspace_id=self.workspace_id).order_by("id")

    async def rows(self) -> list[OutboxRow]:
        return await OutboxRow.filter(workspace_id=self.workspace_id).order_by("id")

    async def forget_letters(self) -> None:
        """Work what is due, and empty the inbox."""
        await work_off()
        for path in self.folder.glob("outbox/*"):
            path.unlink()

    async def pass_time(self, minutes: float) -> None:
        """Let time pass for the outbox, whose clock is the database's."""
        await fetch(
            "UPDATE outbox SET next_at = next_at - $2::float8 * interval '1 minute',"
            " lease_until = lease_until - $2::float8 * interval '1 minute',"
            " offered_at = offered_at - $2::float8 * interval '1 minute',"
            " done_at = done_at - $2::float8 * interval '1 minute',"
            " created_at = created_at - $2::float8 * interval '1 minute' WHERE workspace_id = $1",
            self.workspace_id,
            minutes,
        )


def office_of(desk: cast.Desk, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return Acme's office; its mail lies in the folder."""
    monkeypatch.setattr(settings, "base_url", "https://desk.example")
    monkeypatch.setattr(settings, "data", folder)
    return Office(url, desk.ada.actor, folder)


def parsed(source: bytes) -> EmailMessage:
    message = email.message_from_bytes(source, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(letter: EmailMessage, kind: str = "plain") -> str:
    """Return one of the letter's alternatives: plain or html."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
