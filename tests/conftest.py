"""The fixtures of all tests: a real PostgreSQL, the cast, the clock, and a running web process."""

import os
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DESKWIRE_SECRET_KEY", "a secret key for the tests, of 48 characters....")

import asyncpg
import cast
import pytest
from running_web import RunningWeb, running_web
from tenancy_checker import check

from models import clock as product_clock
from models import engine
from models.database import close_database, fetch, open_database
from models.embedded import Embedded
from models.schema_version import migrate
from models.tenancy import systemwide
from models.tickets import Ticket

TRUNCATE = """
SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY CASCADE' AS statement
FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'
"""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The address of a server: DESKWIRE_TEST_DATABASE_URL, or an embedded one started for the tests."""
    if given := os.environ.get("DESKWIRE_TEST_DATABASE_URL"):
        yield given
        return
    folder: Path = tmp_path_factory.mktemp("data")
    with Embedded(folder, durable=False) as server:
        yield server.url


@pytest.fixture(scope="session")
async def database_url(postgres: str) -> str:
    """The address of a fresh database with all tables."""
    connection = await asyncpg.connect(postgres)
    await connection.execute("DROP DATABASE IF EXISTS deskwire_test WITH (FORCE)")
    await connection.execute("CREATE DATABASE deskwire_test")
    await connection.close()
    url = renamed(postgres, "deskwire_test")
    await migrate(url)
    return url


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncGenerator[str]:
    """The database, open for this process; every statement is checked for its workspace."""
    await open_database(database_url)
    engine.watchers.append(check)
    with systemwide("list the tables for the tests"):
        [row] = await fetch(TRUNCATE)
    yield row["statement"]
    engine.watchers.remove(check)
    await close_database()


@pytest.fixture
async def desk(database: str) -> cast.Desk:
    """Two workspaces and the cast, in otherwise empty tables."""
    with systemwide("empty the tables for a test"):
        await fetch(database)
    return await cast.set_up()


@pytest.fixture
def ada(desk: cast.Desk) -> cast.Somebody:
    return desk.ada


@pytest.fixture
def grace(desk: cast.Desk) -> cast.Somebody:
    return desk.grace


@pytest.fixture
def olga(desk: cast.Desk) -> cast.Somebody:
    return desk.olga


@pytest.fixture
def vic(desk: cast.Desk) -> cast.Somebody:
    return desk.vic


@pytest.fixture
def eve(desk: cast.Desk) -> cast.Somebody:
    return desk.eve


@pytest.fixture
async def ticket(desk: cast.Desk) -> Ticket:
    """Carl's ticket, TKT-0001."""
    return await cast.ticket_of(desk.carl, desk.ada.actor)


class Clock:
    """The product's clock."""

    def move(self, **by: float) -> None:
        """Put it forward by `minutes=61` and the like."""
        product_clock.move(timedelta(**by))


@pytest.fixture
def clock() -> Generator[Clock]:
    """A clock that may be moved; it is right again afterwards."""
    with product_clock.stand_at(product_clock.now()):
        yield Clock()


@pytest.fixture
async def web(desk: cast.Desk) -> AsyncGenerator[RunningWeb]:
    """A web process of ours, listening on a free port, on the test's loop and database."""
    async with running_web() as running:
        yield running


def renamed(url: str, database: str) -> str:
    """Return the address of another database of the same server."""
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{database}" + (f"?{query}" if query else "")
