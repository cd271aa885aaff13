"""Closing the tickets that were resolved, and of which nobody has heard since."""

from datetime import timedelta

from models import clock
from models.actors import system
from models.database import fetch, shielded
from models.tenancy import systemwide
from resolvers.resolutions import CLOSED_AT_ONCE, close_quiet

# The index ticket_resolved answers it.
QUIET = """
SELECT id, close_days FROM workspace WHERE close_days IS NOT NULL AND EXISTS (
    SELECT FROM ticket
    WHERE ticket.workspace_id = workspace.id AND status = 'RESOLVED' AND archived_at IS NULL
      AND updated_at <= $1::timestamptz - close_days * interval '1 day'
) ORDER BY id
"""


async def close_resolved() -> None:
    """Close each workspace's resolved tickets that were quiet for as many days as it says."""
    for workspace_id, quiet in await shielded(_workspaces):
        while await close_quiet(system(workspace_id), quiet) == CLOSED_AT_ONCE:
            pass


async def _workspaces() -> list[tuple[int, timedelta]]:
    """Return the workspaces that have such tickets, and how long each waits."""
    with systemwide("find the workspaces with resolved tickets to close"):
        rows = await fetch(QUIET, clock.now())
    return [(row["id"], timedelta(days=row["close_days"])) for row in rows]
