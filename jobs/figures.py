"""Figures about the work that waits, for the metrics."""

from dataclasses import dataclass

from models.database import fetch, shielded
from models.tenancy import systemwide

COUNT = """
SELECT coalesce(max(extract(epoch FROM now() - next_at)) FILTER (WHERE next_at <= now()), 0)::float8
         AS oldest_due_seconds,
       count(*) FILTER (WHERE next_at <= now() AND NOT coalesce(lease_until >= now(), false)) AS due,
       count(*) FILTER (WHERE next_at > now()) AS later,
       count(*) FILTER (WHERE next_at <= now() AND lease_until >= now()) AS working,
       (SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL) AS failed
FROM outbox WHERE done_at IS NULL AND failed_at IS NULL
"""


@dataclass(frozen=True)
class OutboxFigures:
    """Counts of outbox rows by state, and how long the oldest that is due has waited, worked or not."""

    oldest_due_seconds: float
    due: int
    later: int
    working: int
    failed: int


async def outbox_figures() -> OutboxFigures:
    """Return the figures of the moment, over all workspaces."""

    async def body() -> OutboxFigures:
        with systemwide("count the outbox rows for the metrics"):
            [row] = await fetch(COUNT)
        return OutboxFigures(**row)

    return await shielded(body)
