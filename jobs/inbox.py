"""Filling members' inboxes: who is told, which entries become one, and whose letters go out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.mail import message_ids
from models.bulk_changes import BulkChange
from models.database import fetch
from models.events import Event
from models.followers import TicketFollower
from models.letters import Letter
from models.members import Member
from models.notifications import MutedMail
from models.people import Person
from models.permissions import Role
from models.reactions import Audience, Means, Notice, after
from models.tickets import Ticket
from settings import settings

BURST = timedelta(minutes=1)
MOST_IN_BURST = 5
"""More of one kind to one member in that time become a digest. Source: RULES 6."""

# Two jobs about one member would each begin the digest.
ONE_AT_A_TIME = """
SELECT pg_advisory_xact_lock(hashtextextended('inbox of ' || member_id, 0))
FROM unnest($1::bigint[]) AS told (member_id)
"""

# Who was told of the event before is not told again. A notification joins the digest of its bulk change,
# or that of the burst; else it begins one, where it is part of a bulk change or one too many.
WRITE = """
INSERT INTO notification (workspace_id, member_id, kind, event_id, ticket_id, comment_id, actor_member_id,
                          actor_contact_id, bulk_id, created_at, head_id, is_digest)
SELECT $1, told.member_id, told.kind, $4, $5, $6, $7, $8, $9, $10, head.id,
       head.id IS NULL AND ($9::bigint IS NOT NULL OR recent.count >= $12)
FROM unnest($2::bigint[], $3::text[]) AS told (member_id, kind)
LEFT JOIN LATERAL (
    SELECT id FROM notification AS one
    WHERE one.workspace_id = $1 AND one.member_id = told.member_id AND one.kind = told.kind
      AND one.created_at > $11 AND one.bulk_id IS NOT DISTINCT FROM $9::bigint
      AND one.is_digest AND one.head_id IS NULL
    ORDER BY one.created_at DESC, one.id DESC LIMIT 1
) AS head ON true
CROSS JOIN LATERAL (
    SELECT count(*) FROM notification AS one
    WHERE one.workspace_id = $1 AND one.member_id = told.member_id AND one.kind = told.kind
      AND one.created_at > $11 AND one.bulk_id IS NULL
) AS recent
WHERE true
ON CONFLICT (workspace_id, event_id, member_id) DO NOTHING
RETURNING id, member_id, kind, head_id, is_digest
"""
TURN_UNREAD = """
UPDATE notification SET read_at = NULL
WHERE workspace_id = $1 AND id = ANY($2::bigint[]) AND read_at IS NOT NULL
"""

# A digest waits until what belongs to it is there.
WRITE_MAILS = """
WITH written AS (
    INSERT INTO mail_out (workspace_id, event_id, ticket_id, comment_id, letter, state, created_at,
                          member_id, notification_id, recipient, message_id, bulk_id)
    SELECT $1, $2, $3, $4, 'NOTICE', 'QUEUED', $5, mail.member_id, mail.notification_id, mail.recipient,
           mail.message_id, $13
    FROM unnest($6::bigint[], $7::bigint[], $8::text[], $9::text[])
         AS mail (member_id, notification_id, recipient, message_id)
    ON CONFLICT DO NOTHING
    RETURNING id, notification_id
)
INSERT INTO outbox (workspace_id, reaction, dedupe_key, mail_id, attempts, next_at, fence, created_at)
SELECT $1, 'DELIVER', 'DELIVER:mail:' || written.id, written.id, 0,
       now() + CASE WHEN written.notification_id = ANY($11::bigint[])
                    THEN greatest($10::float8, $12::float8) ELSE $10::float8 END * interval '1 second',
       0, now()
FROM written
"""


@dataclass(frozen=True)
class Told:
    """A notification that was written; `head_id` is the one that it joined."""

    id: int
    member_id: int
    kind: str
    head_id: int | None
    is_digest: bool


async def tell(event: Event, ticket: Ticket, notices: list[Notice], now: datetime) -> dict[int, int]:
    """Write the notifications of the event and the letters about them; return member → entry of the inbox.

    Nobody is told of what they did, or twice of one event: of several notices the first counts.
    """
    wanted = await _wanted(event, ticket, notices)
    if not wanted:
        return {}
    told = await _write(event, sorted(wanted), wanted, now)
    await _mail(event, [one for one in told if Means.EMAIL in wanted[one.member_id].by], now)
    return {one.member_id: one.head_id or one.id for one in told}


async def _wanted(event: Event, ticket: Ticket, notices: list[Notice]) -> dict[int, Notice]:
    """Return for each member who is told the notice that says so."""
    found: dict[int, Notice] = {}
    for notice in notices:
        if notice.audience in AUDIENCES:
            for member_id in await AUDIENCES[notice.audience](event, ticket):
                found.setdefault(member_id, notice)
    found.pop(event.member_id or 0, None)
    there = Member.filter(workspace_id=event.workspace_id, id__in=list(found), removed_at=None)
    return {row.id: found[row.id] for row in await there.only("id")} if found else {}


async def _write(event: Event, member_ids: list[int], wanted: dict[int, Notice], now: datetime) -> list[Told]:
    await fetch(ONE_AT_A_TIME, member_ids)
    rows = await fetch(
        WRITE,
        event.workspace_id,
        member_ids,
        [wanted[member_id].what for member_id in member_ids],
        event.id,
        event.ticket_id,
        event.comment_id,
        event.member_id,
        event.contact_id,
        event.bulk_id,
        now,
        await _digests_since(event, now),
        MOST_IN_BURST,
    )
    told = [Told(**row) for row in rows]
    if joined := [one.head_id for one in told if one.head_id is not None]:
        await fetch(TURN_UNREAD, event.workspace_id, joined)
    return told


async def _digests_since(event: Event, now: datetime) -> datetime:
    """Return since when the event's digest may have begun."""
    if event.bulk_id is None:
        return now - BURST
    bulk = await BulkChange.get(workspace_id=event.workspace_id, id=event.bulk_id)
    return bulk.created_at - BURST


async def _mail(event: Event, told: list[Told], now: datetime) -> None:
    """Write a letter about each new entry to members who want one, to go out when it stayed unread."""
    addresses = await _addresses(event.workspace_id, [one for one in told if one.head_id is None])
    mailed = [one for one in told if one.id in addresses]
    if not mailed:
        return
    recipients = [addresses[one.id] for one in mailed]
    await fetch(
        WRITE_MAILS,
        event.workspace_id,
        event.id,
        event.ticket_id,
        event.comment_id,
        now,
        [one.member_id for one in mailed],
        [one.id for one in mailed],
        recipients,
        [message_ids.make(event, recipient, Letter.NOTICE) for recipient in recipients],
        settings.unread_seconds,
        [one.id for one in mailed if one.is_digest],
        BURST.total_seconds(),
        event.bulk_id,
    )


async def _addresses(workspace_id: int, told: list[Told]) -> dict[int, str]:
    """Return by notification the address that a letter about it goes to; none where that is muted."""
    ids = [one.member_id for one in told]
    if not ids:
        return {}
    muted = await MutedMail.filter(workspace_id=workspace_id, member_id__in=ids)
    off = {(row.member_id, row.kind) for row in muted}
    members = await Member.filter(workspace_id=workspace_id, id__in=ids).only("id", "person_id")
    people = {row.id: row.email for row in await Person.filter(id__in=[row.person_id for row in members])}
    emails = {row.id: people[row.person_id] for row in members}
    return {one.id: emails[one.member_id] for one in told if (one.member_id, one.kind) not in off}


async def _assignee(event: Event, ticket: Ticket) -> list[int]:
    return [] if ticket.assignee_id is None else [ticket.assignee_id]


async def _new_assignee(event: Event, ticket: Ticket) -> list[int]:
    """Whom the event gave the ticket to, if it is still theirs."""
    given_to = after(event.changes, "assignee")
    return [member_id for member_id in await _assignee(event, ticket) if member_id == given_to]


async def _admins(event: Event, ticket: Ticket) -> list[int]:
    rows = Member.filter(workspace_id=event.workspace_id, role=Role.ADMIN, removed_at=None)
    return [row.id for row in await rows.only("id")]


async def _followers(event: Event, ticket: Ticket) -> list[int]:
    rows = TicketFollower.filter(workspace_id=event.workspace_id, ticket_id=ticket.id)
    return [row.member_id for row in await rows.only("member_id")]


async def _mentioned(event: Event, ticket: Ticket) -> list[int]:
    return [int(member_id) for member_id in event.changes["mentioned"] or () if member_id is not None]


AUDIENCES: dict[Audience, Callable[[Event, Ticket], Awaitable[list[int]]]] = {
    Audience.ASSIGNEE: _assignee,
    Audience.NEW_ASSIGNEE: _new_assignee,
    Audience.ADMINS: _admins,
    Audience.FOLLOWERS: _followers,
    Audience.MENTIONED: _mentioned,
}
"""The members of each audience."""
