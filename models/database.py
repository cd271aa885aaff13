"""The database of a process: opening it, transactions, and tasks that inherit none."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any, TypeVar, cast

import structlog
from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.engine import Client
from models.faults import refused
from models.peers import own_name
from settings import settings

T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)
MODELS = [
    "models.attachments",
    "models.audit",
    "models.bulk_changes",
    "models.canned_responses",
    "models.comments",
    "models.contacts",
    "models.counters",
    "models.events",
    "models.followers",
    "models.idempotency",
    "models.invitations",
    "models.keys",
    "models.labels",
    "models.mails",
    "models.members",
    "models.mentions",
    "models.notifications",
    "models.merges",
    "models.outbox",
    "models.people",
    "models.schedule",
    "models.search",
    "models.sessions",
    "models.ticket_counts",
    "models.tickets",
    "models.tokens",
    "models.views",
    "models.workspaces",
]
APPS: dict[str, Any] = {"models": {"models": MODELS, "migrations": "models.migrations"}}
_tasks: set[asyncio.Task[Any]] = set()


def configuration(url: str, *, pool: int | None = None) -> dict[str, Any]:
    """Return the ORM's configuration for a postgres:// address; `pool` is the most connections."""
    credentials = expand_db_url(url)["credentials"] | {
        "minsize": 1,
        "maxsize": pool or settings.database_pool,
        "server_settings": {
            "application_name": own_name(pool or settings.database_pool),
            "timezone": "UTC",
            "jit": "off",  # compiling costs more than any statement of ours takes
            "statement_timeout": _milliseconds(settings.statement_seconds),
            "lock_timeout": _milliseconds(settings.lock_seconds),
            "idle_in_transaction_session_timeout": _milliseconds(settings.idle_transaction_seconds),
        },
    }
    return {
        "connections": {"default": {"engine": "models.engine", "credentials": credentials}},
        "apps": APPS,
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def database(url: str, *, pool: int | None = None) -> AsyncGenerator[None]:
    """Open the database for every task of this process, and close it at the end."""
    await open_database(url, pool=pool)
    try:
        yield
    finally:
        await close_database()


async def open_database(url: str, *, pool: int | None = None) -> None:
    """Open the database; the running loop becomes the one that all its statements run on."""
    await Tortoise.init(config=configuration(url, pool=pool), _enable_global_fallback=True)


async def close_database() -> None:
    """Finish the tasks that were spawned, then close the pool."""
    if _tasks:
        await asyncio.wait(list(_tasks), timeout=5)
    await Tortoise.close_connections()


def connection() -> Client:
    """Return the connection of the current transaction, or the pool outside of one."""
    return cast(Client, get_connection("default"))


async def fetch(sql: str, *values: object) -> list[dict[str, Any]]:
    """Run one raw statement and return its rows; also for `UPDATE … RETURNING`."""
    return cast(list[dict[str, Any]], await connection().execute_query_dict(sql, list(values)))


async def run_tx(body: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `body` in a transaction of its own that a cancelled caller cannot cut in two."""
    return await shielded(lambda: _in_transaction(body))


async def shielded(body: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `body` to its end in a task that inherits no transaction, whatever becomes of the caller.

    Faults of the driver come out as refusals.
    """
    task = spawn(refused(body))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_log_unheard)
        raise


def spawn(body: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task with an empty context, so that it inherits no transaction; keep it alive."""
    context = Context()
    context.run(structlog.contextvars.bind_contextvars, **structlog.contextvars.get_contextvars())
    task = asyncio.get_running_loop().create_task(body, context=context)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


async def _in_transaction(body: Callable[[], Coroutine[Any, Any, T]]) -> T:
    async with in_transaction():
        return await body()


def _log_unheard(task: asyncio.Task[Any]) -> None:
    """Log how a task ended whose caller went away."""
    if not task.cancelled() and (fault := task.exception()):
        log.warning("operation_unheard", level=logging.WARNING, exc_info=fault)


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
