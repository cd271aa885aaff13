"""Bringing a database's schema up, down and up again, on a scratch database, by processes of their own."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import pytest
from conftest import renamed
from schema_print import schema_of
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from models.database import configuration

ROOT = Path(__file__).parent.parent
NAMES = sorted(path.stem for path in (ROOT / "models" / "migrations").glob("[0-9]*.py"))
NOTHING = "models.__first__"

# One process for all the targets: each start costs a second.
MIGRATE = """
import asyncio, sys
from models.schema_version import migrate
from schema_print import schema_of
async def run():
    for target in sys.argv[2:]:
        await migrate(sys.argv[1], target=None if target == 'newest' else target)
        print(await schema_of(sys.argv[1]))
asyncio.run(run())
"""
PENDING = """
import asyncio, sys
from models.database import close_database
from models.schema_version import pending
async def run():
    print(await pending(sys.argv[1]))
    await close_database()
asyncio.run(run())
"""


@pytest.fixture
async def scratch(postgres: str) -> AsyncGenerator[str]:
    """The address of an empty database."""
    server = await asyncpg.connect(postgres)
    await server.execute("DROP DATABASE IF EXISTS deskwire_scratch WITH (FORCE)")
    await server.execute("CREATE DATABASE deskwire_scratch")
    yield renamed(postgres, "deskwire_scratch")
    await server.execute("DROP DATABASE deskwire_scratch WITH (FORCE)")
    await server.close()


async def run(script: str, *words: str) -> list[str]:
    """Run the script in a process of its own and return the lines it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        *words,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, fault = await process.communicate()
    assert process.returncode == 0, fault.decode()
    return out.decode().splitlines()


async def test_each_migration_can_be_taken_back_and_made_again(scratch):
    empty = await schema_of(scratch)
    up = [f"models.{name}" for name in NAMES]

    climbed = await run(MIGRATE, scratch, *up)
    went_down = await run(MIGRATE, scratch, *reversed(up[:-1]), NOTHING)
    again = await run(MIGRATE, scratch, "newest")

    assert len(set(climbed)) == len(NAMES)
    assert went_down == [*reversed(climbed[:-1]), empty]
    assert again == climbed[-1:]


async def test_of_two_processes_that_migrate_at_once_one_does_it(scratch):
    one, other = await asyncio.gather(run(MIGRATE, scratch, "newest"), run(MIGRATE, scratch, "newest"))

    connection = await asyncpg.connect(scratch)
    applied = await connection.fetch("SELECT name FROM tortoise_migrations")
    await connection.close()
    assert one == other
    assert sorted(row["name"] for row in applied) == NAMES


async def test_the_migrations_that_a_database_lacks_are_named(scratch):
    lacking = await run(PENDING, scratch)
    await run(MIGRATE, scratch, f"models.{NAMES[0]}")
    lacking += await run(PENDING, scratch)
    await run(MIGRATE, scratch, "newest")
    lacking += await run(PENDING, scratch)

    assert lacking == [str(NAMES), str(NAMES[1:]), "[]"]


async def test_the_models_are_what_the_migrations_build(database, database_url):
    apps = Tortoise.apps
    assert apps is not None
    detector = MigrationAutodetector(apps, configuration(database_url)["apps"])

    changes = await detector.changes()

    assert [change.operations for change in changes] == []
