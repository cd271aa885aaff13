"""When API keys were last used: noted in the process, written down together, never while a request waits."""

import asyncio
from datetime import datetime, timedelta

import structlog

from models.database import fetch, shielded
from models.errors import DeskError
from models.keys import ApiKey
from models.tenancy import systemwide

log = structlog.stdlib.get_logger(__name__)
GRAIN = timedelta(hours=1)
PERIOD_SECONDS = 60

# Greatest, for another process may have written a later use meanwhile.
WRITE_DOWN = """
UPDATE api_key SET last_used_at = greatest(api_key.last_used_at, used.at)
FROM unnest($1::bigint[], $2::timestamptz[]) AS used (id, at)
WHERE api_key.id = used.id
"""

_noted: dict[int, datetime] = {}


def note(key: ApiKey, at: datetime) -> None:
    """Note that the key is used, unless that was written down within the hour."""
    if key.last_used_at is None or at - key.last_used_at >= GRAIN:
        _noted[key.id] = at


async def keep_writing_down() -> None:
    """Write down what was noted once a minute, for ever, and what is left when cancelled."""
    try:
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            await write_down()
    finally:
        await write_down()


async def write_down() -> None:
    """Write what was noted since the last time, in one statement; while the database is away, later."""
    if not _noted:
        return
    uses = dict(sorted(_noted.items()))
    _noted.clear()
    try:
        await shielded(lambda: _write(uses))
    except DeskError as refusal:
        _noted.update(uses | _noted)
        log.warning("key_uses_unwritten", code=refusal.code)


async def _write(uses: dict[int, datetime]) -> None:
    with systemwide("write down when API keys were used"):
        await fetch(WRITE_DOWN, list(uses), list(uses.values()))
