"""Letters to customers: which of them are written, and how few to an address that has not proved itself."""

from datetime import datetime, timedelta

from jobs.mail import message_ids
from models.contacts import Contact
from models.database import fetch
from models.events import Event, Kind
from models.inbound import MailKind
from models.letters import AUTOMATIC, TO_MEMBERS, Letter
from models.mails import MailIn, MailOut, MailOutcome, MailState
from models.tenancy import systemwide
from models.tickets import Ticket

CONFIRMING = frozenset({Letter.ACKNOWLEDGEMENT})
"""Letters that also go to the one who did it: they confirm that it has arrived."""

LIMITED = AUTOMATIC - TO_MEMBERS
UNPROVED_LIMITS = ((timedelta(minutes=10), 1), (timedelta(days=1), 5))
"""Most automatic letters to an unproved address in any such time, over all workspaces. Source: RULES 5."""

HELD = "Held back: this address has not proved itself and had automatic letters enough."

WRITE_MAIL = """
INSERT INTO mail_out (workspace_id, event_id, ticket_id, comment_id, contact_id, letter, recipient,
                      message_id, state, failure, created_at, bulk_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT DO NOTHING RETURNING id
"""
ASK_DELIVERY = """
INSERT INTO outbox (workspace_id, reaction, dedupe_key, mail_id, attempts, next_at, fence, created_at)
VALUES ($1, 'DELIVER', 'DELIVER:mail:' || $2::bigint, $2::bigint, 0, now(), 0, now())
ON CONFLICT (workspace_id, dedupe_key) DO NOTHING
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('letters to ' || $1::text, 0))"


async def write(event: Event, ticket: Ticket, letter: Letter, now: datetime) -> None:
    """Write the letter about the event to the ticket's customer, unless it is not theirs to have.

    About tickets of theirs in one bulk change they get one letter.
    """
    contact = await _customer(event, ticket)
    if contact is not None and await _is_wanted(event, contact, letter):
        await _write(event, contact, letter, now)


async def _customer(event: Event, ticket: Ticket) -> Contact | None:
    """The ticket's customer, when they have an address and may see both event and ticket."""
    if ticket.contact_id is None or not (event.is_public and ticket.is_public):
        return None
    contact = await Contact.get(workspace_id=ticket.workspace_id, id=ticket.contact_id)
    return contact if contact.email else None


async def _is_wanted(event: Event, contact: Contact, letter: Letter) -> bool:
    """Tell whether the letter is no echo, and no automatic answer to automatic mail."""
    if letter in CONFIRMING and event.kind is Kind.CREATED:
        begun_by = MailIn.filter(
            workspace_id=event.workspace_id, ticket_id=event.ticket_id, outcome=MailOutcome.NEW
        )
        return not await begun_by.exclude(kind=MailKind.PERSONAL).exists()
    return contact.id != event.contact_id or letter in CONFIRMING


async def _write(event: Event, contact: Contact, letter: Letter, now: datetime) -> None:
    assert contact.email is not None, "a customer without an address gets no letter"
    is_held = letter in LIMITED and contact.proved_at is None and await _is_at_limit(contact.email, now)
    rows = await fetch(
        WRITE_MAIL,
        event.workspace_id,
        event.id,
        event.ticket_id,
        event.comment_id,
        contact.id,
        letter,
        contact.email,
        message_ids.make(event, contact.email, letter),
        MailState.HELD if is_held else MailState.QUEUED,
        HELD if is_held else None,
        now,
        event.bulk_id,
    )
    if rows and not is_held:
        await fetch(ASK_DELIVERY, event.workspace_id, rows[0]["id"])


async def _is_at_limit(recipient: str, now: datetime) -> bool:
    """Tell whether the address had as many automatic letters as it may.

    Whoever asks the same for the address waits until our transaction has written its letter.
    """
    with systemwide("count the automatic letters to an address that has not proved itself"):
        await fetch(ONE_AT_A_TIME, recipient)
        letters = MailOut.filter(recipient=recipient, letter__in=LIMITED).exclude(state=MailState.HELD)
        for span, most in UNPROVED_LIMITS:
            if await letters.filter(created_at__gt=now - span).count() >= most:
                return True
    return False
