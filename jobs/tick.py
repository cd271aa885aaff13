"""The clock: runs what SCHEDULE says is due. Any number of clocks may run; each run happens once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from jobs.schedule import SCHEDULE, Entry
from models.database import database, fetch, shielded
from models.errors import DeskError

log = structlog.stdlib.get_logger(__name__)
BEAT_SECONDS = 1.0  # on the monotonic clock: setting the wall clock neither hurries nor holds it up

# A run noted in the future means that the database's clock was set back since; by less than a minute it
# is another clock's, whose statement began after ours.
CLAIM_RUN = """
INSERT INTO schedule_run (name, ran_at) VALUES ($1, now())
ON CONFLICT (name) DO UPDATE SET ran_at = now()
WHERE schedule_run.ran_at <= now() - $2::float8 * interval '1 second'
   OR schedule_run.ran_at > now() + interval '1 minute'
RETURNING name
"""


async def run(schedule: Sequence[Entry] = SCHEDULE) -> None:
    """Run the entries that are due and that no other clock runs."""
    for entry in schedule:
        try:
            if await _claim(entry):
                await entry.operation()
                log.info("schedule_ran", name=entry.name)
        except DeskError as refusal:
            log.warning("schedule_waits", name=entry.name, code=refusal.code)
        except Exception:
            log.exception("schedule_failed", name=entry.name)


async def keep_running(url: str, stop: asyncio.Event) -> None:
    """Be the tick process until `stop`: a round on each beat."""
    async with database(url, pool=2):
        while not stop.is_set():
            await run()
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await stop.wait()


async def _claim(entry: Entry) -> bool:
    """Note the run if it is due. Whoever notes it runs it; a run that fails waits for its next turn."""
    return bool(await shielded(lambda: fetch(CLAIM_RUN, entry.name, entry.every_seconds)))
