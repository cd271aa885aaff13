"""A customer of whom a word stands in each place where one can, to see what is left of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cast

from models import clock
from models.actors import correspondent
from models.attachments import Attachment
from models.comments import Comment
from models.contacts import Contact
from models.database import fetch
from models.events import Event
from models.letters import Letter
from models.mails import MailIn, MailOut, MailOutcome, MailState
from models.outbox import OutboxRow
from models.reactions import Reaction
from models.tenancy import systemwide
from models.ticket_enums import Channel
from models.tickets import Ticket
from resolvers import attachments, comments, contacts, tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket

TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"


class Canaries:
    """Words that stand each in one place, and are then looked for everywhere."""

    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"canary{self.count:02}"

    async def found(self) -> dict[str, list[str]]:
        """Return the canaries that are left in any row of any table, by the tables' names."""
        with systemwide("look for what was erased"):
            names = [row["name"] for row in await fetch(TABLES)]
            rows = {name: await fetch(f'SELECT * FROM "{name}"') for name in names}
        left = {name: [nth for nth in self._all() if nth in _text(found)] for name, found in rows.items()}
        return {name: words for name, words in left.items() if words}

    def in_files(self, folder: Path) -> list[str]:
        """Return the canaries that are left in any file in the folder."""
        text = "".join(path.read_text("latin-1") for path in folder.rglob("*") if path.is_file())
        return [word for word in self._all() if word in text]

    def _all(self) -> list[str]:
        return [f"canary{nth:02}" for nth in range(1, self.count + 1)]


def _text(rows: list[dict[str, Any]]) -> str:
    """Return all that stands in the rows, bytes as text."""
    shown = (
        value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for row in rows
        for value in row.values()
    )
    return "\n".join(shown).lower()


async def planted(desk: cast.Desk, canaries: Canaries) -> Contact:
    """Return a customer of whom there is a canary in each of 25 places."""
    new, ada = canaries.new, desk.ada.actor
    dora = await contacts.create(
        ada,
        {
            "name": new(),
            "email": f"{new()}@x.example",
            "company": new(),
            "external_id": new(),
            "notes": new(),
        },
    )
    assert dora.email is not None
    ref = ContactRef(id=dora.id)
    first = await tickets.create(ada, NewTicket(new(), f"{new()} is broken.", contact=ref))
    theirs = correspondent(desk.acme.id, dora.id, first.id)
    said = await comments.customer_reply(theirs, f"I am {new()}.", Channel.EMAIL)
    await comments.reply(ada, first.id, f"Hello {new()}.")
    await comments.note(ada, first.id, f"This is {new()} again.")
    await _on_the_ticket(first, canaries)
    await _on_a_foreign_one(desk, dora, canaries)
    await _mails(desk, dora, first, said, canaries)
    await _file(said, canaries)
    return dora


async def _file(comment: Comment, canaries: Canaries) -> None:
    """Let a file have come with the comment: a word in its name, and one in its bytes."""
    written = f"This is {canaries.new()}.".encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield written

    row = await Attachment.create(
        workspace_id=comment.workspace_id,
        contact_id=comment.contact_id,
        name=f"{canaries.new()}.txt",
        bytes=len(written),
        created_at=clock.now(),
    )
    await attachments.receive(comment.workspace_id, row.id, pieces(), length=len(written))
    await Attachment.filter(workspace_id=comment.workspace_id, id=row.id).update(
        ticket_id=comment.ticket_id, comment_id=comment.id
    )


async def _on_the_ticket(ticket: Ticket, canaries: Canaries) -> None:
    ticket.resolution = f"Gave {canaries.new()} a new one."
    ticket.escalation_reason = f"{canaries.new()} is angry."
    ticket.customer_remark, ticket.customer_score = canaries.new(), 1
    await ticket.save()


async def _on_a_foreign_one(desk: cast.Desk, dora: Contact, canaries: Canaries) -> None:
    """Let the customer have spoken on a ticket of Carl's, and a comment of theirs have moved to it."""
    carls = await cast.ticket_of(desk.carl, desk.ada.actor, "Carl's own")
    await comments.reply(desk.ada.actor, carls.id, "This is Carl's.")
    second = await tickets.create(desk.ada.actor, NewTicket(canaries.new(), contact=ContactRef(id=dora.id)))
    for values in ({"contact_id": dora.id}, {"moved_from_id": second.id, "member_id": desk.ada.member.id}):
        await Comment.create(
            workspace_id=desk.acme.id,
            ticket_id=carls.id,
            is_public=True,
            channel=Channel.EMAIL,
            body=f"From {canaries.new()}.",
            created_at=clock.now(),
            **values,
        )


async def _mails(desk: cast.Desk, dora: Contact, ticket: Ticket, said: Comment, canaries: Canaries) -> None:
    event = await Event.filter(workspace_id=desk.acme.id, ticket_id=ticket.id).order_by("seq").first()
    assert event is not None
    home: dict[str, Any] = {"workspace_id": desk.acme.id}
    earlier = f"{canaries.new()}@old.example"
    for recipient, state, failure in (
        (dora.email, MailState.QUEUED, None),
        (earlier, MailState.FAILED, f"550 no such user {canaries.new()}"),
    ):
        mail = await MailOut.create(
            **home,
            event_id=event.id,
            ticket_id=ticket.id,
            contact_id=dora.id,
            letter=Letter.REPLY,
            recipient=recipient,
            message_id=f"<{state}@desk.example>",
            state=state,
            failure=failure,
            created_at=clock.now(),
        )
    await OutboxRow.create(
        **home,
        reaction=Reaction.DELIVER,
        dedupe_key="d",
        mail_id=mail.id,
        failure=f"450 {canaries.new()} is busy",
        next_at=clock.now(),
        created_at=clock.now(),
    )
    await _mails_in(dora, earlier, ticket, said, canaries)


async def _mails_in(dora: Contact, earlier: str, ticket: Ticket, said: Comment, canaries: Canaries) -> None:
    home: dict[str, Any] = {"workspace_id": dora.workspace_id}
    for nth, (source, sender, about) in enumerate(
        (
            (f"Subject: {canaries.new()}", f"{canaries.new()}@y.example", {"ticket_id": ticket.id}),
            (f"Subject: {canaries.new()}", None, {"comment_id": said.id}),
            (f"Subject: {canaries.new()}", (dora.email or "").upper(), {}),
            (f"From: {dora.email}\n\n\0{canaries.new()}", None, {}),
            (f"From: {earlier}\n\n{canaries.new()}", None, {}),
            (f"From: c@old.example\n\nTo {(dora.email or '').upper()} {canaries.new()}", None, {}),
        )
    ):
        await MailIn.create(
            **home,
            mailbox="acme@desk.example",
            message_key=str(nth),
            source=source.encode(),
            envelope_sender=sender,
            recipients=[dora.email],
            outcome=MailOutcome.QUARANTINED,
            received_at=clock.now(),
            **about,
        )
