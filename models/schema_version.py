"""Bringing the database's schema to the version that the code needs, by one process at a time."""

from typing import Any

import asyncpg
from tortoise.migrations.api.migrate import migrate as run_migrations
from tortoise.migrations.executor import MigrationExecutor

from models.database import APPS, close_database, configuration, connection, open_database, shielded

ADVISORY_LOCK = 0x6465736B77697265  # "deskwire"


async def migrate(url: str, *, target: str | None = None) -> None:
    """Bring the schema to the newest version, or up or down to `target` such as `models.0001_tables`.

    Of several processes that start at once one does it, the others wait for it.
    """
    lock = await asyncpg.connect(url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        await run_migrations(config=_patient(configuration(url)), target=target)
    finally:
        await close_database()
        await lock.close()


async def pending(url: str) -> list[str]:
    """Return the names of the migrations that this database still lacks, and leave it open."""
    await open_database(url)
    return await _lacking()


async def is_current() -> bool:
    """Tell whether the open database has every migration that this code needs."""
    return not await shielded(_lacking)


async def _lacking() -> list[str]:
    plan = await MigrationExecutor(connection(), APPS).plan()
    return [step.migration.name for step in plan]


def _patient(config: dict[str, Any]) -> dict[str, Any]:
    """A migration may run, and wait for a lock, longer than a request."""
    server = config["connections"]["default"]["credentials"]["server_settings"]
    server |= {"statement_timeout": "0", "lock_timeout": "60000"}
    return config
