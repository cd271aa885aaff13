"""A program: makes the tables in DATABASE_URL and the cast in them, and prints the keys as JSON."""

import asyncio
import json

import cast

from jobs.up import prepare
from models.database import database
from settings import settings

NAMES = ("ada", "grace", "olga", "vic", "eve")


async def found() -> dict[str, str]:
    """Return the key of each by the name."""
    await prepare()
    async with database(settings.database_url, pool=2):
        desk = await cast.set_up()
    return {name: getattr(desk, name).key for name in NAMES}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(found())))
