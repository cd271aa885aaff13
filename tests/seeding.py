"""Seeding the demo in a process that is killed on the way, and looking at what is there then."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from models.database import fetch
from models.tenancy import systemwide

WRITING = """
SELECT count(*) AS processes FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE relname = 'comment' AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()
"""


async def ask(sql: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows of a statement over both workspaces."""
    with systemwide("look at the whole demo"):
        return await fetch(sql, *values)


async def seed_and_kill(url: str, data: Path, *, heard: str = "", further: int = 0) -> None:
    """Kill a seed outright once it has written comments that it has not committed.

    `heard`: not before it has told of its progress in these words.
    """
    told = {"DATABASE_URL": url, "DATA": str(data), "DESKWIRE_SEED_TICKETS": str(further)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "cli", "seed"), env=os.environ | told, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    if heard:
        words = await process.stderr.readuntil(heard.encode())
        assert words
    while not await _is_writing():
        assert process.returncode is None, "the seed was over before it could be killed"
        await asyncio.sleep(0.02)
    process.kill()
    await process.communicate()
    while await _is_writing():
        await asyncio.sleep(0.02)


async def _is_writing() -> bool:
    return (await ask(WRITING))[0]["processes"] > 0
