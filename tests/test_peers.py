"""The doctor sees the other processes on the database: their secret key, and what their pools may take."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from cast import Desk
from pydantic import SecretStr

from jobs import doctor
from jobs.doctor import Finding, Grade
from models.peers import own_name, peers
from settings import settings

MANY = 100_000


@pytest.fixture(autouse=True)
def _reached(desk: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor's settings name the database that this process has open."""
    monkeypatch.setattr(settings, "database_url", database_url)


async def test_a_process_names_itself_to_the_database(database_url: str) -> None:
    async with connected(database_url, own_name(7)) as connection:
        found = await peers(connection)

    assert sorted({(each.pool, each.opened > 0) for each in found}) == [
        (7, True),
        (settings.database_pool, True),
    ]


async def test_processes_with_one_secret_key_are_well(database_url: str) -> None:
    async with connected(database_url, own_name(7)):
        finding = await examined("processes")

    assert finding == (Grade.OK, "2 run, with the same secret key.")


async def test_a_process_with_another_secret_key_is_found(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(settings, "secret_key", SecretStr("another key, of more than 32 characters"))
        name = own_name(7)

    async with connected(database_url, name):
        finding = await examined("processes")

    assert finding == (Grade.FAIL, "1 of 2 have another DESKWIRE_SECRET_KEY.")


async def test_pools_that_the_database_has_no_room_for_are_told(database_url: str) -> None:
    before = await examined("connections")

    async with connected(database_url, own_name(MANY)):
        finding = await examined("connections")

    assert (before.grade, finding.grade) == (Grade.OK, Grade.WARN)
    assert "Raise max_connections, or lower DESKWIRE_DATABASE_POOL." in finding.words


async def examined(check: str) -> Finding:
    return await dict(doctor.CHECKS)[check]()


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncGenerator[asyncpg.Connection]:
    """Have a connection as another process has it that calls itself so."""
    connection = await asyncpg.connect(url, server_settings={"application_name": name})
    try:
        yield connection
    finally:
        await connection.close()
