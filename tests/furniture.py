"""One row of each table of a workspace, for tests that look at all tables."""

from datetime import datetime
from typing import Any

from models import clock
from models.actors import ActorKind
from models.attachments import Attachment
from models.audit import AuditAction, AuditRow
from models.bulk_changes import BulkChange, BulkItem
from models.comments import Comment
from models.contacts import Contact
from models.counters import Counter, CounterName
from models.database import fetch
from models.events import Event, Kind
from models.idempotency import IdempotencyKey
from models.invitations import Invitation
from models.keys import ApiKey
from models.labels import Label, LabelColor, TicketLabel
from models.letters import Letter
from models.mails import MailIn, MailOut
from models.members import Member
from models.merges import Merge
from models.outbox import OutboxRow
from models.permissions import Role
from models.reactions import Reaction
from models.sessions import Session
from models.tenancy import Tenant, systemwide
from models.ticket_enums import Channel
from models.tickets import Ticket
from models.tokens import Purpose, TicketToken

NUMBER = 1_000_000  # beyond what tests count up to

TABLES = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY table_name
"""
SUM = "SELECT md5(string_agg(t::text, '|' ORDER BY id)) AS sum FROM \"{}\" AS t WHERE workspace_id = $1"


async def sums_of(workspace_id: int) -> dict[str, str | None]:
    """Return a checksum of each table's rows of the workspace."""
    with systemwide("look at every table, to see that nothing changed"):
        tables = [row["table_name"] for row in await fetch(TABLES)]
        sums = [(await fetch(SUM.format(table), workspace_id))[0]["sum"] for table in tables]
    assert len(sums) > 10
    return dict(zip(tables, sums, strict=True))


async def furnish(member: Member) -> dict[str, int]:
    """Put a row into each table of the member's workspace; return table → id."""
    home = {"workspace_id": member.workspace_id}
    now = clock.now()
    counter = await Counter.get(**home, name=CounterName.EVENT)
    contact = await Contact.create(**home, name="Dora", email="dora@example.org", created_at=now)
    label = await Label.create(**home, name="vip", color=LabelColor.RED, created_at=now)
    ticket = await Ticket.create(
        **home,
        number=NUMBER,
        title="Help",
        channel=Channel.API,
        contact_id=contact.id,
        created_at=now,
        updated_at=now,
    )
    comment = await Comment.create(
        **home, ticket_id=ticket.id, is_public=True, channel=Channel.API, body="Hello.", created_at=now
    )
    known: list[Tenant] = [member, counter, contact, label, ticket, comment]
    rows = known + await _of_ticket(home, now, ticket, comment) + await _of_people(home, now, member)
    return {row._meta.db_table: row.id for row in rows}


async def _of_ticket(home: dict[str, int], now: datetime, ticket: Ticket, comment: Comment) -> list[Tenant]:
    on: dict[str, Any] = home | {"ticket_id": ticket.id}
    name = f"{NUMBER}-{home['workspace_id']}"
    event = await Event.create(
        **on, seq=NUMBER, kind=Kind.NOTED, is_public=False, actor_kind=ActorKind.SYSTEM, changes={}, at=now
    )
    mail = await MailOut.create(
        **on,
        event_id=event.id,
        letter=Letter.REPLY,
        recipient="dora@example.org",
        message_id=f"<{name}>",
        created_at=now,
    )
    label = await Label.get(**home, name="vip")
    contact_id = ticket.contact_id
    return [
        event,
        mail,
        await TicketLabel.create(**on, label_id=label.id),
        await Attachment.create(
            **on, comment_id=comment.id, name="a", media_type="a/b", bytes=0, sha256="0", created_at=now
        ),
        await _merge(home, now, ticket),
        *await _bulk(home, now, ticket),
        await OutboxRow.create(
            **home, reaction=Reaction.NOTIFY, dedupe_key=name, event_id=event.id, next_at=now, created_at=now
        ),
        await MailIn.create(**home, mailbox="a@b.example", message_key=name, source=b"", received_at=now),
        await TicketToken.create(
            **on,
            contact_id=contact_id,
            purpose=Purpose.TRACKING,
            nonce="0",
            secret_hash=name,
            created_at=now,
            expires_at=now,
        ),
    ]


async def _merge(home: dict[str, int], now: datetime, primary: Ticket) -> Merge:
    duplicate = await Ticket.create(
        **home, number=NUMBER + 1, title="Help", channel=Channel.API, created_at=now, updated_at=now
    )
    return await Merge.create(
        **home,
        duplicate_id=duplicate.id,
        primary_id=primary.id,
        status_before=duplicate.status,
        label_ids=[],
        follower_ids=[],
        created_at=now,
    )


async def _bulk(home: dict[str, int], now: datetime, ticket: Ticket) -> list[Tenant]:
    member = await Member.filter(**home).first()
    assert member is not None
    bulk = await BulkChange.create(**home, member_id=member.id, created_at=now)
    return [bulk, await BulkItem.create(**home, bulk_id=bulk.id, nth=1, ticket_id=ticket.id)]


async def _of_people(home: dict[str, int], now: datetime, member: Member) -> list[Tenant]:
    by: dict[str, Any] = home | {"member_id": member.id, "created_at": now}
    name = f"{NUMBER}-{home['workspace_id']}"
    return [
        await Session.create(**by, secret_hash=name, expires_at=now),
        await ApiKey.create(**by, name="key", scopes=[], secret_hash=name, hint="dwk"),
        await Invitation.create(
            **by,
            email="dora@example.org",
            role=Role.AGENT,
            nonce="0",
            secret_hash=name,
            asked_at=now,
            expires_at=now,
        ),
        await IdempotencyKey.create(**home, principal="SYSTEM:0", key=name, fingerprint="0", created_at=now),
        await AuditRow.create(
            **home,
            seq=NUMBER,
            at=now,
            principal="SYSTEM:0",
            action=AuditAction.SIGNED_IN,
            subject="0",
            seal="0",
        ),
    ]
