"""Writing the workspace's logs: events with the outbox rows they ask for, and the sealed audit rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from models.actors import Actor
from models.audit import AuditAction, AuditRow, seal
from models.counters import CounterName
from models.database import fetch
from models.events import Kind
from models.reactions import AUDIT_REACTIONS, reactions_to
from models.tickets import Changes

# One statement, so that the counter's row lock lives for one round trip and the commit.
WRITE_EVENTS = """
WITH head AS (
    UPDATE counter SET value = value + $2::int
    WHERE workspace_id = $1 AND name = 'EVENT'
    RETURNING value - $2::int AS base
), entry AS (
    SELECT * FROM jsonb_to_recordset($3::jsonb) AS entry (
        nth int, ticket_id bigint, comment_id bigint, kind text, is_public boolean, actor_kind text,
        member_id bigint, contact_id bigint, changes jsonb, reactions jsonb, mail_id bigint)
), recorded AS (
    INSERT INTO event (workspace_id, seq, ticket_id, comment_id, kind, is_public, actor_kind,
                       member_id, contact_id, changes, client_mutation_id, at, bulk_id)
    SELECT $1, head.base + nth, ticket_id, comment_id, kind, is_public, actor_kind,
           member_id, contact_id, changes, $4, $5, $6
    FROM head, entry ORDER BY nth
    RETURNING id, seq
), asked AS (
    INSERT INTO outbox (workspace_id, reaction, dedupe_key, event_id, mail_id, attempts, next_at, fence,
                        created_at)
    SELECT $1, wanted.reaction, wanted.reaction || ':event:' || recorded.seq, recorded.id, entry.mail_id,
           0, now(), 0, now()
    FROM recorded
    JOIN head ON true
    JOIN entry ON head.base + entry.nth = recorded.seq
    CROSS JOIN jsonb_array_elements_text(entry.reactions) AS wanted (reaction)
)
SELECT base + $2::int AS seq FROM head
"""
ASK = """
INSERT INTO outbox (workspace_id, reaction, dedupe_key, invitation_id, attempts, next_at, fence, created_at)
VALUES ($1, $2::text, $2::text || ':audit:' || $3::bigint, $4, 0, now(), 0, now())
"""
RAISE_COUNTER = """
UPDATE counter SET value = value + $3 WHERE workspace_id = $1 AND name = $2 RETURNING value
"""


@dataclass(frozen=True)
class Entry:
    """An event that the change will write; `mail_id` is the letter that its reactions are about."""

    ticket_id: int
    comment_id: int | None
    mail_id: int | None
    kind: Kind
    is_public: bool
    actor: Actor
    changes: Changes


@dataclass(frozen=True)
class AuditEntry:
    """An audit row that the change will write; `invitation_id` is what its reactions are about."""

    principal: str
    action: AuditAction
    subject: str
    invitation_id: int | None = None


async def write_events(
    workspace_id: int,
    at: datetime,
    entries: list[Entry],
    *,
    client_mutation_id: str | None,
    bulk_id: int | None,
) -> int:
    """Write the events and their outbox rows; return the seq of the last one."""
    rows = [_row(nth, entry) for nth, entry in enumerate(entries, start=1)]
    text = orjson.dumps(rows).decode()
    [head] = await fetch(WRITE_EVENTS, workspace_id, len(rows), text, client_mutation_id, at, bulk_id)
    return int(head["seq"])


async def write_audit(workspace_id: int, at: datetime, entries: list[AuditEntry]) -> None:
    """Append the rows to the workspace's audit chain, each sealed to the one before it, and the outbox rows
    that they ask for."""
    last = await next_number(workspace_id, CounterName.AUDIT, by=len(entries))
    first = last - len(entries) + 1
    before = await AuditRow.get_or_none(workspace_id=workspace_id, seq=first - 1)
    previous = before.seal if before else ""
    for seq, entry in enumerate(entries, start=first):
        values: dict[str, Any] = {
            "principal": entry.principal,
            "action": entry.action,
            "subject": entry.subject,
        }
        previous = seal(previous, at, seq=seq, **values)
        await AuditRow.create(workspace_id=workspace_id, seq=seq, at=at, seal=previous, **values)
        for reaction in AUDIT_REACTIONS.get(entry.action, ()):
            await fetch(ASK, workspace_id, reaction, seq, entry.invitation_id)


async def next_number(workspace_id: int, name: CounterName, *, by: int = 1) -> int:
    """Raise the workspace's counter by `by` and return it; it stays locked until the commit."""
    [row] = await fetch(RAISE_COUNTER, workspace_id, name, by)
    return int(row["value"])


def _row(nth: int, entry: Entry) -> dict[str, Any]:
    return {
        "nth": nth,
        "ticket_id": entry.ticket_id,
        "comment_id": entry.comment_id,
        "kind": entry.kind,
        "is_public": entry.is_public,
        "actor_kind": entry.actor.kind,
        "member_id": entry.actor.member_id,
        "contact_id": entry.actor.contact_id,
        "changes": entry.changes,
        "reactions": reactions_to(entry.kind, entry.changes),
        "mail_id": entry.mail_id,
    }
