"""SCHEDULE: what the clock starts, and how often. A table of data."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jobs import attachments, purges, resolutions
from jobs.ticket_counts import fold_ticket_counts

MINUTE = 60.0
HOUR = 60 * MINUTE
FOLD_SECONDS = 10.0  # whoever counts sums up what was changed meanwhile


@dataclass(frozen=True)
class Entry:
    """Something that runs every so often, once however many clocks there are."""

    name: str
    every_seconds: float
    operation: Callable[[], Awaitable[None]]


SCHEDULE: tuple[Entry, ...] = (
    Entry("close resolved tickets", 10 * MINUTE, resolutions.close_resolved),
    Entry("purge idempotency keys", HOUR, purges.purge_idempotency_keys),
    Entry("purge sessions", HOUR, purges.purge_sessions),
    Entry("purge signin tries", HOUR, purges.purge_signin_tries),
    Entry("purge outbox", HOUR, purges.purge_outbox),
    Entry("purge attachments", HOUR, attachments.purge_attachments),
    Entry("purge stray files", 24 * HOUR, attachments.purge_stray_files),
    Entry("fold ticket counts", FOLD_SECONDS, fold_ticket_counts),
)
