"""Removing files: of discarded attachments, of those that were never sent, and those that no row names."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from jobs import claims
from jobs.claims import Claim
from models import clock, files
from models.attachments import STAGED_KEPT
from models.database import fetch, run_tx, shielded
from models.tenancy import systemwide

BATCH = 500
STRAY_AFTER = timedelta(hours=24)  # far longer than it takes from storing a file to noting its name

OF_WORKSPACE = """
SELECT id, workspace_id, file_key FROM attachment
WHERE workspace_id = $1 AND discarded_at IS NOT NULL ORDER BY id LIMIT $2
"""
OF_ALL = """
SELECT id, workspace_id, file_key FROM attachment WHERE discarded_at IS NOT NULL ORDER BY id LIMIT $1
"""
DISCARD_STAGED = """
UPDATE attachment SET discarded_at = $2, member_id = NULL, contact_id = NULL
WHERE ticket_id IS NULL AND discarded_at IS NULL AND created_at < $1
"""
DELETE = "DELETE FROM attachment WHERE workspace_id = $1 AND id = ANY($2::bigint[]) RETURNING id"
KNOWN = "SELECT workspace_id || '/' || file_key AS name FROM attachment WHERE file_key = ANY($1::text[])"


async def discard(claim: Claim) -> None:
    """Remove the files of the workspace's discarded attachments, then the rows, and end the job."""
    while rows := await shielded(lambda: fetch(OF_WORKSPACE, claim.workspace_id, BATCH)):
        await _remove(rows)
        await claims.renew(claim)
    await run_tx(lambda: claims.finish(claim))


async def purge_attachments() -> None:
    """Remove what was announced or uploaded a day ago and never sent, and whatever is discarded."""
    now = clock.now()
    await _across(DISCARD_STAGED, now - STAGED_KEPT, now)
    while rows := await _across(OF_ALL, BATCH):
        await _remove(rows)
    files.remove_drafts(older_than=now - STAGED_KEPT)


async def purge_stray_files() -> None:
    """Remove files older than a day that no row names: of uploads that ended between file and row."""
    async for names in files.store().older(clock.now() - STRAY_AFTER):
        keys = [name.rpartition("/")[2] for name in names]
        known = {row["name"] for row in await _across(KNOWN, keys)}
        await files.store().remove([name for name in names if name not in known])


async def _across(statement: str, *values: object) -> list[dict[str, Any]]:
    async def body() -> list[dict[str, Any]]:
        with systemwide("purge files of attachments that nobody has any more"):
            return await fetch(statement, *values)

    return await shielded(body)


async def _remove(rows: Sequence[dict[str, Any]]) -> None:
    """Remove the files, then the rows: what is cut in between is done again."""
    names = [f"{row['workspace_id']}/{row['file_key']}" for row in rows if row["file_key"]]
    await files.store().remove(names)
    for workspace_id in sorted({row["workspace_id"] for row in rows}):
        ids = [row["id"] for row in rows if row["workspace_id"] == workspace_id]
        await shielded(lambda home=workspace_id, ids=ids: fetch(DELETE, home, ids))
