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

COUNT_MAILS_IN = """
SELECT count(*) FILTER (WHERE outcome = 'RECEIVED') AS waiting,
       count(*) FILTER (WHERE outcome = 'THREADED') AS threaded,
       count(*) FILTER (WHERE outcome = 'NEW') AS new,
       count(*) FILTER (WHERE outcome = 'SYSTEM') AS system,
       count(*) FILTER (WHERE outcome = 'QUARANTINED') AS quarantined
FROM mail_in
"""
COUNT_QUARANTINED = "SELECT count(*) FROM mail_in WHERE outcome = 'QUARANTINED'"


@dataclass(frozen=True)
class OutboxFigures:
    """Counts of outbox rows by state, and how long the oldest that is due has waited, worked or not."""

    oldest_due_seconds: float
    due: int
    later: int
    working: int
    failed: int


@dataclass(frozen=True)
class MailInFigures:
    """Counts of the mails that came in by where they ended. `waiting` ones are not placed yet."""

    waiting: int
    threaded: int
    new: int
    system: int
    quarantined: int

    @property
    def received(self) -> int:
        """All that were ever taken: none is lost."""
        return self.waiting + self.threaded + self.new + self.system + self.quarantined


async def mail_in_figures() -> MailInFigures:
    """Return the figures of the moment, over all workspaces."""

    async def body() -> MailInFigures:
        with systemwide("count the mails that came in for the metrics"):
            [row] = await fetch(COUNT_MAILS_IN)
        return MailInFigures(**row)

    return await shielded(body)


async def quarantined_count() -> int:
    """Return how many mails lie in quarantine, over all workspaces. Cheap: an index holds these alone."""

    async def body() -> int:
        with systemwide("count the mails in quarantine for the metrics"):
            [row] = await fetch(COUNT_QUARANTINED)
        return int(row["count"])

    return await shielded(body)


async def outbox_figures() -> OutboxFigures:
    """Return the figures of the moment, over all workspaces."""

    async def body() -> OutboxFigures:
        with systemwide("count the outbox rows for the metrics"):
            [row] = await fetch(COUNT)
        return OutboxFigures(**row)

    return await shielded(body)
