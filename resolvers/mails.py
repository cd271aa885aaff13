"""Taking mail in: finding whose it is, and storing it whole, once, before anybody is told it was taken."""

import asyncio
from dataclasses import dataclass

from models.actors import Actor
from models.addresses import ADDRESS_LENGTH
from models.database import fetch
from models.inbound import message_key
from models.mails import MailIn
from models.permissions import Permission
from models.secrets import hashed
from models.tenancy import systemwide
from models.texts import cleaned
from models.tokens import Purpose, TicketToken
from models.workspaces import Workspace
from resolvers.change import change, operation

STORE = """
WITH stored AS (
    INSERT INTO mail_in (workspace_id, mailbox, message_key, source, envelope_sender, recipients, outcome,
                         received_at)
    VALUES ($1, $2, $3, $4, $5, to_jsonb($6::text[]), 'RECEIVED', $7)
    ON CONFLICT (workspace_id, mailbox, message_key) DO NOTHING
    RETURNING id
), asked AS (
    INSERT INTO outbox (workspace_id, reaction, dedupe_key, mail_in_id, attempts, next_at, fence, created_at)
    SELECT $1, 'RECEIVE', 'RECEIVE:mail:' || id, id, 0, now(), 0, now() FROM stored
)
SELECT id FROM stored
"""


@dataclass(frozen=True)
class Arrival:
    """A mail as it came: to a mailbox of ours, in an envelope where there was one.

    `envelope_sender` is empty when failures are to be told to nobody, None when there is no envelope.
    """

    mailbox: str
    source: bytes
    envelope_sender: str | None = None
    recipients: tuple[str, ...] = ()


@operation
async def receive(actor: Actor, arrival: Arrival) -> int:
    """Store the mail and ask for its placing; return its id. One that has come before is the same row."""
    actor.require(Permission.CREATE)
    key = await asyncio.to_thread(message_key, arrival.source)
    sender = arrival.envelope_sender
    async with change(actor) as made:
        stored = await fetch(
            STORE,
            actor.workspace_id,
            arrival.mailbox,
            key,
            arrival.source,
            None if sender is None else cleaned(sender)[:ADDRESS_LENGTH],
            [cleaned(address)[:ADDRESS_LENGTH] for address in arrival.recipients],
            made.at,
        )
        if stored:
            return int(stored[0]["id"])
        same = MailIn.filter(workspace_id=actor.workspace_id, mailbox=arrival.mailbox, message_key=key)
        return (await same.only("id").get()).id


async def workspace_called(slug: str) -> Workspace | None:
    """Return the workspace whose mailbox has this name."""
    return await Workspace.get_or_none(slug=slug)


async def workspace_behind(token: str) -> Workspace | None:
    """Return the workspace that gave out a reply address with this token, also when it has ended since."""
    with systemwide("find the workspace of a reply address"):
        row = await TicketToken.get_or_none(secret_hash=hashed(token), purpose=Purpose.REPLY)
    return None if row is None else await Workspace.get(id=row.workspace_id)
