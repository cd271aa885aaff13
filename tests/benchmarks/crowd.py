"""A crowd of tickets as a help desk has them after years: nearly all are closed, and the oldest archived."""

from dataclasses import dataclass

import asyncpg

MEMBERS, CONTACTS = 40, 10_000
BATCH = 50_000  # tickets in a statement
PEOPLE = """
INSERT INTO person (email, password_hash, created_at)
SELECT $2 || n, '', now() FROM generate_series(1, $1) AS n
"""
COLLEAGUES = """
INSERT INTO member (workspace_id, person_id, name, role, may_delete, created_at)
SELECT $1, id, 'Agent', 'AGENT', false, now() FROM person WHERE email LIKE $2 || '%'
"""
CUSTOMERS = """
INSERT INTO contact (workspace_id, name, created_at) SELECT $1, 'Customer', now() FROM generate_series(1, $2)
"""
LABELS = """
INSERT INTO label (workspace_id, name, color, created_at)
SELECT $1, name, 'RED', now() FROM unnest(ARRAY['common', 'rare', 'old']) WITH ORDINALITY AS each (name, nth)
ORDER BY nth
"""
# The numbers turn at paces that have no common divisor, so that no two properties go together.
TICKETS = """
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel, contact_id,
                    assignee_id, is_internal, is_public, version, created_at, updated_at, archived_at)
SELECT $1, n, 'The printer does not print ' || n, 'It only blinks.',
       CASE WHEN n < $4 * 0.95 THEN 'CLOSED'
            ELSE (ARRAY['OPEN', 'WAITING', 'IN_PROGRESS', 'RESOLVED', 'CLOSED'])[1 + n % 5] END,
       (ARRAY['LOW', 'MEDIUM', 'MEDIUM', 'HIGH', 'MEDIUM', 'URGENT', 'MEDIUM'])[1 + n % 7],
       (ARRAY['SUPPORT_TICKET', 'BUG_REPORT', 'CUSTOMER_REQUEST'])[1 + n % 3],
       (ARRAY['EMAIL', 'CHAT', 'PORTAL', 'API'])[1 + n / 3 % 4],
       $5 + n::bigint * 7919 % $6, CASE WHEN n % 11 > 0 THEN $7 + n::bigint * 104729 % $8 END,
       false, true, 1, at, at + n % 13 * interval '1 day', CASE WHEN n < $4 * 0.05 THEN at END
FROM generate_series($2::int, $3::int) AS n,
     LATERAL (SELECT now() - ($4::int - n) * interval '1 minute' AS at) AS instant
"""
# A label on four in ten, one on one in 10,000, and one on a hundredth, of which none is new.
WORN = """
INSERT INTO ticket_label (workspace_id, ticket_id, label_id)
SELECT $1, id, $2::bigint + kind FROM ticket, LATERAL (VALUES
    (0, number % 5 < 2), (1, number % 10000 = 77), (2, number % 10 = 3 AND number < $3 * 0.1)
) AS worn (kind, is_worn)
WHERE workspace_id = $1 AND is_worn
"""


@dataclass(frozen=True)
class Marks:
    """Ids of what the crowd has to do with."""

    contact_id: int
    common_label: int
    rare_label: int
    old_label: int


async def fill(url: str, workspace_id: int, slug: str, count: int) -> Marks:
    """Add so many tickets, a minute apart, with customers, assignees and labels; searched they cannot be."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute(PEOPLE, MEMBERS, f"{slug}-agent")
        await connection.execute(COLLEAGUES, workspace_id, f"{slug}-agent")
        await connection.execute(CUSTOMERS, workspace_id, CONTACTS)
        await connection.execute(LABELS, workspace_id)
        contact, member, label = [
            await connection.fetchval(f"SELECT min(id) FROM {table} WHERE workspace_id = $1", workspace_id)
            for table in ("contact", "member", "label")
        ]
        await connection.execute("ALTER TABLE ticket DISABLE TRIGGER USER")
        await connection.execute("ALTER TABLE ticket ENABLE TRIGGER ticket_count_insert")
        for first in range(1, count + 1, BATCH):
            span = (first, min(first + BATCH - 1, count), count)
            await connection.execute(TICKETS, workspace_id, *span, contact, CONTACTS, member, MEMBERS)
        await connection.execute("ALTER TABLE ticket ENABLE TRIGGER USER")
        await connection.execute(WORN, workspace_id, label, count)
        for table in ("ticket", "ticket_label", "ticket_count", "contact"):
            await connection.execute(f"VACUUM ANALYZE {table}")
    finally:
        await connection.close()
    return Marks(contact, label, label + 1, label + 2)
