"""The BULK job: a change of many tickets, some at a time, so that nobody waits for it."""

from time import monotonic

from jobs import claims
from jobs.claims import Claim
from jobs.retries import Postponed
from models.database import shielded
from resolvers import bulk_changes

BATCH = 25  # tickets that are locked together: some 30 ms, which an editor of one of them waits at most
TURN_SECONDS = 10.0  # then it stands in line again, so that no worker is busy with it alone


async def bulk(claim: Claim) -> None:
    """Go on with the bulk change where it stands. Each batch, and its end, is one transaction."""
    assert claim.bulk_id is not None, "the job is about a bulk change"
    bulk_id = claim.bulk_id
    actor = await shielded(lambda: bulk_changes.author_of(claim.workspace_id, bulk_id))
    until = monotonic() + TURN_SECONDS
    while await bulk_changes.go_on(
        actor,
        bulk_id,
        most=BATCH,
        hold=lambda: claims.hold(claim),
        finish=lambda: claims.finish(claim),
    ):
        if monotonic() > until:
            raise Postponed(0)
