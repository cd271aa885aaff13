"""Erasing a contact: what they said, what was said to them, what is kept of them. Nothing brings it back.

Their tickets stay, with dates, statuses and events, which name nobody. What others wrote on tickets of
others stays as well. Search follows by its triggers, files by the event.
"""

from datetime import datetime

from models.actors import Actor
from models.audit import AuditAction
from models.contacts import Contact
from models.database import fetch
from models.erasure import ERASED_NAME, ERASED_REASON, ERASED_TEXT, ERASED_TITLE
from models.events import Kind
from models.permissions import Permission
from models.rows import select
from models.tickets import Ticket
from resolvers import access, attachments
from resolvers.change import change, operation

# In all of these $1 is the workspace and $2 the contact.
TICKETS = "SELECT id FROM ticket WHERE workspace_id = $1 AND contact_id = $2"

# All comments on their tickets, whoever wrote them: replies greet and quote them, notes speak of them.
THEIRS = f"(contact_id = $2 OR ticket_id IN ({TICKETS}) OR moved_from_id IN ({TICKETS}))"
COMMENTS = f"SELECT id FROM comment WHERE workspace_id = $1 AND {THEIRS}"  # noqa: S608
LETTERS = f"""
SELECT id FROM mail_out WHERE workspace_id = $1 AND contact_id IS NOT NULL
  AND (contact_id = $2 OR ticket_id IN ({TICKETS}))
"""  # noqa: S608

TOUCHED = f"""
WHERE workspace_id = $1 AND (contact_id = $2 OR id IN (
    SELECT ticket_id FROM comment WHERE workspace_id = $1 AND {THEIRS}))
ORDER BY id FOR UPDATE
"""  # noqa: S608
ADDRESSES = """
SELECT email AS address FROM contact WHERE workspace_id = $1 AND id = $2 AND email IS NOT NULL
UNION SELECT recipient FROM mail_out WHERE workspace_id = $1 AND contact_id = $2
"""

# One that waits to be placed is still to be heard. One that is on no ticket is theirs when it names them.
ERASE_INBOUND = f"""
UPDATE mail_in SET source = '', envelope_sender = NULL, recipients = '[]', reason = '{ERASED_REASON}'
WHERE workspace_id = $1 AND outcome <> 'RECEIVED' AND (
    ticket_id IN ({TICKETS}) OR comment_id IN ({COMMENTS}) OR lower(envelope_sender) = ANY($3::text[])
    OR (ticket_id IS NULL AND EXISTS (
        SELECT 1 FROM unnest($3::text[]) AS known (address)
        WHERE position(known.address IN lower(encode(source, 'escape'))) > 0)))
"""  # noqa: S608
ERASE_FAILURES = f"""
UPDATE outbox SET failure = NULL WHERE workspace_id = $1 AND failure IS NOT NULL AND (
    mail_id IN ({LETTERS})
    OR mail_in_id IN (SELECT id FROM mail_in WHERE workspace_id = $1 AND reason = '{ERASED_REASON}'))
"""  # noqa: S608
ERASE_LETTERS = f"""
UPDATE mail_out SET recipient = 'erased-' || id || '@invalid',
    state = CASE WHEN state = 'QUEUED' THEN 'HELD' ELSE state END,
    failure = CASE WHEN state <> 'SENT' THEN '{ERASED_REASON}' END
WHERE workspace_id = $1 AND id IN ({LETTERS})
"""  # noqa: S608
ERASE_COMMENTS = f"""
UPDATE comment SET body = '{ERASED_TEXT}' WHERE workspace_id = $1 AND {THEIRS}
"""  # noqa: S608
ERASE_TICKETS = f"""
UPDATE ticket SET title = '{ERASED_TITLE}', description = '', resolution = NULL, escalation_reason = NULL,
    customer_score = NULL, customer_remark = NULL, customer_rated_at = NULL, is_public = false
WHERE workspace_id = $1 AND contact_id = $2
"""  # noqa: S608
FILES = f"""
SELECT id FROM attachment
WHERE workspace_id = $1 AND (contact_id = $2 OR ticket_id IN ({TICKETS}) OR comment_id IN ({COMMENTS}))
"""  # noqa: S608
ERASE_CONTACT = f"""
UPDATE contact SET name = '{ERASED_NAME}', email = NULL, company = NULL, external_id = NULL, notes = NULL,
    proved_at = NULL, erased_at = $3
WHERE workspace_id = $1 AND id = $2
"""  # noqa: S608
END_TOKENS = """
UPDATE ticket_token SET revoked_at = coalesce(revoked_at, $3) WHERE workspace_id = $1 AND contact_id = $2
"""
TOUCH = """
UPDATE ticket SET version = version + 1, updated_at = $3 WHERE workspace_id = $1 AND id = ANY($2::bigint[])
"""


@operation
async def erase(actor: Actor, contact_id: int) -> Contact:
    """Erase the customer: of them there remains a row without a name.

    Records ERASED on each ticket that it touched; audits CONTACT_ERASED. Nothing when they are erased.
    """
    async with change(actor) as made:
        contact = await access.contact_to_change(actor, contact_id, Permission.SETTINGS)
        if contact.erased_at is not None:
            return contact
        tickets = await _tickets(contact, made.at)
        files = await fetch(FILES, actor.workspace_id, contact_id)
        await attachments.discard(actor, [row["id"] for row in files])
        await _erase(contact)
        await fetch(TOUCH, actor.workspace_id, [ticket.id for ticket in tickets], made.at)
        for ticket in tickets:
            made.record(ticket, Kind.ERASED, public=False)
        made.audit(AuditAction.CONTACT_ERASED, f"CONTACT:{contact.id}")
        return await access.contact(actor, contact_id)


async def _tickets(contact: Contact, at: datetime) -> list[Ticket]:
    """End what lets the customer in, and return the tickets they have a part in, locked.

    Looked up again after that: one may have come while we waited.
    """
    home = (contact.workspace_id, contact.id)
    await select(Ticket, TOUCHED, *home)
    addresses = await fetch(ADDRESSES, *home)
    await fetch(ERASE_INBOUND, *home, [row["address"] for row in addresses])
    await fetch(END_TOKENS, *home, at)
    await fetch(ERASE_CONTACT, *home, at)
    return await select(Ticket, TOUCHED, *home)


async def _erase(contact: Contact) -> None:
    """Erase what is kept about the contact's tickets, each kind by one statement."""
    home = (contact.workspace_id, contact.id)
    for statement in (ERASE_FAILURES, ERASE_LETTERS, ERASE_COMMENTS, ERASE_TICKETS):
        await fetch(statement, *home)
