"""Claims on outbox rows: who works on a row, until when, and how it ends. Time is the database's."""

from dataclasses import dataclass

from models.actors import system
from models.database import fetch, shielded
from models.reactions import Reaction
from resolvers import bulk_changes, deliveries, inbound, invitations
from resolvers.change import change, operation
from settings import settings

FAILURE_LENGTH = 300

TAKE = """
UPDATE outbox
SET fence = fence + 1, attempts = attempts + 1, lease_until = now() + $3::float8 * interval '1 second'
WHERE workspace_id = $1 AND id = $2 AND done_at IS NULL AND failed_at IS NULL
  AND next_at <= now() AND (lease_until IS NULL OR lease_until < now())
RETURNING reaction, event_id, mail_id, mail_in_id, invitation_id, bulk_id, attempts, fence,
          extract(epoch FROM now() - created_at)::float8 AS age_seconds
"""

# The others all hold only under the fence: for the last who claimed the row, while it has not ended.
RENEW = """
UPDATE outbox SET lease_until = now() + $4::float8 * interval '1 second'
WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND failed_at IS NULL
RETURNING id
"""
HOLD = """
SELECT id FROM outbox
WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND failed_at IS NULL FOR UPDATE
"""
FINISH = """
UPDATE outbox SET done_at = now(), lease_until = NULL
WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND failed_at IS NULL
RETURNING id
"""
PUT_BACK = """
UPDATE outbox
SET next_at = now() + $4::float8 * interval '1 second', failure = $5, lease_until = NULL, offered_at = NULL
WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND failed_at IS NULL
"""
GIVE_BACK = """
UPDATE outbox
SET next_at = now() + $4::float8 * interval '1 second', attempts = attempts - 1,
    lease_until = NULL, offered_at = NULL
WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND failed_at IS NULL
"""
GIVE_UP = """
UPDATE outbox SET failed_at = now(), failure = $4, lease_until = NULL
WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND failed_at IS NULL
RETURNING id
"""


@dataclass(frozen=True)
class Claim:
    """A row that is ours to work on while nobody raises its fence. `attempts` counts this one."""

    workspace_id: int
    outbox_id: int
    reaction: Reaction
    event_id: int | None
    mail_id: int | None
    attempts: int
    fence: int
    age_seconds: float
    mail_in_id: int | None = None
    invitation_id: int | None = None
    bulk_id: int | None = None

    @property
    def holder(self) -> tuple[int, int, int]:
        return self.workspace_id, self.outbox_id, self.fence


class Stale(Exception):
    """The row is not ours any more: it has ended, or somebody else has claimed it since."""


async def take(workspace_id: int, outbox_id: int) -> Claim | None:
    """Claim the row; None when somebody has it, when it has ended, or when it is not due yet."""
    rows = await _run(TAKE, workspace_id, outbox_id, settings.lease_seconds)
    if not rows:
        return None
    [row] = rows
    reaction = Reaction(str(row.pop("reaction")))
    return Claim(workspace_id, outbox_id, reaction, **row)  # type: ignore[arg-type]


async def renew(claim: Claim) -> bool:
    """Begin the lease anew; False when the row is not ours any more."""
    return bool(await _run(RENEW, *claim.holder, settings.lease_seconds))


async def finish(claim: Claim) -> None:
    """End the row as done, inside the transaction of the effect. Raises Stale: then nothing is written."""
    if not await fetch(FINISH, *claim.holder):
        raise Stale


async def hold(claim: Claim) -> None:
    """Keep the row ours until the transaction of a part of the effect ends. Raises Stale."""
    if not await fetch(HOLD, *claim.holder):
        raise Stale


async def put_back(claim: Claim, failure: str, *, seconds: float) -> None:
    """Let the row be tried again after `seconds`."""
    await _run(PUT_BACK, *claim.holder, seconds, failure[:FAILURE_LENGTH])


async def give_back(claim: Claim, *, seconds: float = 0) -> None:
    """Hand the row back untried, for anybody to take after `seconds`."""
    await _run(GIVE_BACK, *claim.holder, seconds)


@operation
async def give_up(claim: Claim, failure: str) -> None:
    """End the row, and its mail if it has one, as failed for good, with the reason."""
    actor, reason = system(claim.workspace_id), failure[:FAILURE_LENGTH]
    async with change(actor):
        if not await fetch(GIVE_UP, *claim.holder, reason):
            return
        if claim.mail_id is not None:
            await deliveries.fail(actor, claim.mail_id, reason)
        if claim.mail_in_id is not None:
            await inbound.quarantine(actor, claim.mail_in_id, reason)
        if claim.invitation_id is not None:
            await invitations.fail(actor, claim.invitation_id, reason)
        if claim.bulk_id is not None:
            await bulk_changes.abandon(actor, claim.bulk_id)


async def _run(statement: str, *values: object) -> list[dict[str, object]]:
    return await shielded(lambda: fetch(statement, *values))
