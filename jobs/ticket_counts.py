"""Folding the counts of tickets: of many rows of a kind, one remains."""

from models.database import fetch, shielded
from models.tenancy import systemwide

BATCH = 5000  # rows; a statement stays far under a second

# Whoever reads meanwhile sees the rows before or after. Two that fold at once take different rows, and may
# leave a kind with two folded ones until it is folded again: their sum is right all the same.
FOLD = """
WITH taken AS (
    DELETE FROM ticket_count WHERE id IN (
        SELECT id FROM ticket_count WHERE NOT is_folded ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING ticket_count.*
), kind AS (
    SELECT DISTINCT workspace_id, is_archived, assignee_id, status, urgency, type, channel FROM taken
), base AS (
    DELETE FROM ticket_count USING kind
    WHERE ticket_count.is_folded AND ticket_count.workspace_id = kind.workspace_id
      AND (ticket_count.type IS NULL) = (kind.type IS NULL)
      AND (ticket_count.is_archived, ticket_count.status) = (kind.is_archived, kind.status)
      AND ticket_count.assignee_id IS NOT DISTINCT FROM kind.assignee_id
      AND ticket_count.urgency IS NOT DISTINCT FROM kind.urgency
      AND ticket_count.type IS NOT DISTINCT FROM kind.type
      AND ticket_count.channel IS NOT DISTINCT FROM kind.channel
    RETURNING ticket_count.*
), sums AS (
    INSERT INTO ticket_count (workspace_id, is_archived, assignee_id, status, urgency, type, channel,
                              tickets, is_folded)
    SELECT workspace_id, is_archived, assignee_id, status, urgency, type, channel, sum(tickets), true
    FROM (SELECT * FROM base UNION ALL SELECT * FROM taken) AS each
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(tickets) <> 0
)
SELECT count(*) AS count FROM taken
"""


async def fold_ticket_counts() -> None:
    """Make one row of each kind of ticket whose count has changed."""

    async def body() -> int:
        with systemwide("fold the counts of tickets"):
            [row] = await fetch(FOLD, BATCH)
        return row["count"]

    while await shielded(body) == BATCH:
        pass
