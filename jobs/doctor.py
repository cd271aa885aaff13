"""The doctor: looks at everything that an installation needs, and says in a line each how it is."""

import asyncio
import smtplib
import stat
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg

from jobs.broker import POSTGRES, make_broker, reach
from jobs.demo.card import NAME as CARD
from jobs.installation import KEY, KEY_LENGTH
from jobs.origin import listener_place, mail_domain
from models import clock, files
from models.database import close_database
from models.errors import DeskError
from models.peers import Peer, peers
from models.schema_version import pending
from models.secrets import key_mark
from realtime.bus import Bus
from settings import settings

OLDEST_SERVER = 15
CHECK_SECONDS = 10
DOORBELL_SECONDS = 5
SKEW_SECONDS = 1.0  # as far apart the clocks of host and database are not noticed
SKEW_MOST_SECONDS = 30.0  # as far apart sessions and SLA times are plainly wrong
SMTP_PORTS = {"smtp": 25, "smtps": 465}
CONNECTIONS = """
SELECT sum(numbackends)::int, current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0)
FROM pg_stat_database
"""


class Grade(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class Finding(NamedTuple):
    grade: Grade
    words: str


async def examine() -> list[tuple[str, Finding]]:
    """Run all checks; one that raises or takes too long is a failure, and the others go on."""
    return [(name, await _examined(check)) for name, check in CHECKS]


async def _settings() -> Finding:
    url = urlsplit(settings.base_url)
    if url.scheme not in ("http", "https") or not url.hostname:
        return Finding(Grade.FAIL, f"BASE_URL must be http://… or https://…, not {settings.base_url!r}.")
    if settings.development and url.hostname not in ("127.0.0.1", "localhost", "::1"):
        return Finding(Grade.WARN, "DESKWIRE_DEVELOPMENT is on: anybody can read the sent mail.")
    return Finding(Grade.OK, f"People find us at {settings.base_url}.")


async def _secret_key() -> Finding:
    length = len(settings.secret_key.get_secret_value())
    if length < KEY_LENGTH:
        return Finding(Grade.FAIL, f"DESKWIRE_SECRET_KEY has {length} characters; it needs {KEY_LENGTH}.")
    return Finding(Grade.OK, f"{length} characters.")


async def _data_folder() -> Finding:
    """The folder itself may be entered (0711) where the database's account has to."""
    data = settings.data
    if not data.exists():
        return Finding(Grade.OK, f"{data} is not there yet; `deskwire up` makes it.")
    secrets = [data / KEY, data / CARD]
    open_to_all = [path for path in (data, *secrets) if path.exists() and path.stat().st_mode & 0o066]
    if open_to_all:
        modes = ", ".join(f"{path} ({stat.filemode(path.stat().st_mode)})" for path in open_to_all)
        return Finding(Grade.FAIL, f"Others can read or write {modes}. Use chmod go-rw.")
    return Finding(Grade.OK, f"{data} is closed to others.")


async def _database() -> Finding:
    connection = await asyncpg.connect(settings.database_url)
    try:
        version = connection.get_server_version()
    finally:
        await connection.close()
    if version.major < OLDEST_SERVER:
        return Finding(Grade.FAIL, f"PostgreSQL {version.major} is too old; {OLDEST_SERVER} is needed.")
    return Finding(Grade.OK, f"PostgreSQL {version.major} answers.")


async def _processes() -> Finding:
    running, own = await _peers(), key_mark()
    strangers = [each for each in running if each.key_mark not in ("", own)]
    if strangers:
        return Finding(Grade.FAIL, f"{len(strangers)} of {len(running)} have another DESKWIRE_SECRET_KEY.")
    return Finding(Grade.OK, f"{len(running)} run, with the same secret key.")


async def _connections() -> Finding:
    """Those of brokers and doorbells count when they are open, those of pools when they may be opened."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        opened, most = await connection.fetchrow(CONNECTIONS)
    finally:
        await connection.close()
    could = opened + sum(max(0, each.pool - each.opened) for each in await _peers())
    words = f"{opened} of {most} are open; with full pools it is {could}."
    if could > most:
        return Finding(Grade.WARN, f"{words} Raise max_connections, or lower DESKWIRE_DATABASE_POOL.")
    return Finding(Grade.OK, words)


async def _peers() -> list[Peer]:
    connection = await asyncpg.connect(settings.database_url)
    try:
        return await peers(connection)
    finally:
        await connection.close()


async def _schema() -> Finding:
    try:
        lacking = await pending(settings.database_url)
    finally:
        await close_database()
    if lacking:
        return Finding(Grade.FAIL, f"{', '.join(lacking)} not applied. Run `deskwire migrate`.")
    return Finding(Grade.OK, "All migrations are applied.")


async def _clocks() -> Finding:
    connection = await asyncpg.connect(settings.database_url)
    try:
        before = clock.now()
        theirs = await connection.fetchval("SELECT clock_timestamp()")
        skew = abs((theirs - before).total_seconds())
    finally:
        await connection.close()
    grade = Grade.OK if skew < SKEW_SECONDS else Grade.WARN if skew < SKEW_MOST_SECONDS else Grade.FAIL
    return Finding(grade, f"The database's clock is {skew:.1f} s from ours.")


async def _doorbell() -> Finding:
    bus = Bus(settings.doorbell_url or settings.database_url)
    await bus.start()
    try:
        async with asyncio.timeout(DOORBELL_SECONDS):
            while not bus.is_up:  # noqa: ASYNC110 - the bus has no event for it
                await asyncio.sleep(0.05)
    except TimeoutError:
        return Finding(Grade.FAIL, "It does not ring. Changes are shown a second late.")
    finally:
        await bus.stop()
    return Finding(Grade.OK, "It rings.")


async def _broker() -> Finding:
    url = settings.broker_url or settings.database_url
    make_broker(url).close()  # refuses an address that it does not know
    if url.startswith("memory:"):
        return Finding(Grade.WARN, "It lives in each process alone, so jobs wait for the next poll.")
    if url.partition("://")[0] not in POSTGRES:
        await asyncio.to_thread(reach, url)
        return Finding(Grade.OK, "It answers.")
    connection = await asyncpg.connect(url)
    try:
        has_queue = await connection.fetchval("SELECT to_regclass('dramatiq.queue') IS NOT NULL")
    finally:
        await connection.close()
    if not has_queue:
        return Finding(Grade.FAIL, "Its tables are missing. Run `deskwire migrate`.")
    return Finding(Grade.OK, "Its queue is there.")


async def _attachments() -> Finding:
    """Write a file, read it and remove it."""
    name, said = f"0/{files.fresh_key()}", b"The doctor was here."
    store, place = files.store(), settings.attachments_url.partition("?")[0] or settings.data / "attachments"
    async with files.draft() as draft:
        await draft.write(said)
        await draft.end()
        await store.put(name, draft.path)
    pieces = await store.open(name)
    found = b"".join([piece async for piece in pieces]) if pieces else b""
    await store.remove([name])
    if found != said:
        return Finding(Grade.FAIL, f"{place} does not give back what was put there.")
    return Finding(Grade.OK, f"Files can be written to {place}.")


async def _mail() -> Finding:
    if not settings.smtp_url:
        return Finding(Grade.WARN, f"SMTP_URL is not set: letters lie in {settings.data / 'outbox'}.")
    url = urlsplit(settings.smtp_url)
    if url.scheme not in SMTP_PORTS:
        return Finding(Grade.FAIL, "SMTP_URL begins with smtp:// or smtps://.")
    host, port = url.hostname or "localhost", url.port or SMTP_PORTS[url.scheme]
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    await asyncio.to_thread(lambda: kind(host, port, timeout=CHECK_SECONDS / 2).quit())
    return Finding(Grade.OK, f"{host}:{port} answers.")


async def _listener() -> Finding:
    place = listener_place()
    host, _, port = place.rpartition(":")
    try:
        async with asyncio.timeout(CHECK_SECONDS / 2):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            greeting = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return Finding(Grade.WARN, f"Nobody takes mail at {place}. `deskwire listen` does.")
    if not greeting.startswith(b"220"):
        return Finding(Grade.FAIL, f"What listens at {place} does not take mail.")
    return Finding(Grade.OK, f"Mail is taken at {place}, for <workspace>@{mail_domain()}.")


CHECKS: tuple[tuple[str, Callable[[], Awaitable[Finding]]], ...] = (
    ("settings", _settings),
    ("secret key", _secret_key),
    ("data folder", _data_folder),
    ("database", _database),
    ("processes", _processes),
    ("connections", _connections),
    ("schema", _schema),
    ("clocks", _clocks),
    ("doorbell", _doorbell),
    ("broker", _broker),
    ("attachments", _attachments),
    ("mail", _mail),
    ("listener", _listener),
)


async def _examined(check: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except DeskError as refusal:
        return Finding(Grade.FAIL, refusal.message)
    except Exception as fault:
        # The text of a driver's error can hold an address with its password, so the type must do.
        return Finding(Grade.FAIL, f"It does not answer ({type(fault).__name__}).")
