"""The relay: offers outbox rows that are due to the broker, and works them itself while there is none."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

import structlog

from jobs.work import work
from models.database import fetch, shielded, spawn
from models.errors import DeskError
from models.tenancy import systemwide
from settings import settings

log = structlog.stdlib.get_logger(__name__)
BATCH = 100
SEND_SECONDS = 3.0  # for a batch; dramatiq itself would go on trying for 30 s and more

# A hint may be lost, so a row that nobody claims is offered again: after `offer_seconds` at first, less
# often as it gets older (a long queue would fill up with repeated hints), at least once a minute.
OFFER_DUE = """
WITH due AS (
    SELECT id FROM outbox
    WHERE next_at <= now() AND done_at IS NULL AND failed_at IS NULL
      AND (lease_until IS NULL OR lease_until < now())
      AND (offered_at IS NULL OR offered_at < now() - greatest(
            $2::float8 * interval '1 second', least((now() - next_at) / 4, interval '1 minute')))
    ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE outbox SET offered_at = now() FROM due WHERE outbox.id = due.id
RETURNING outbox.workspace_id, outbox.id AS outbox_id
"""


@dataclass(frozen=True)
class Due:
    """A row that wants to be worked. This is all that a message says."""

    workspace_id: int
    outbox_id: int


class Relay:
    """`send` gives rows to the broker; it may block, and raises when the broker is away."""

    def __init__(self, send: Callable[[list[Due]], None]) -> None:
        self._send = send
        self._sending: asyncio.Future[None] | None = None
        self._news = asyncio.Event()
        self._slots = asyncio.Semaphore(settings.worker_threads)

    def wake(self) -> None:
        """Look for rows at once."""
        self._news.set()

    async def run(self) -> None:
        """Offer what is due, on each wake and each `poll_seconds`, until cancelled."""
        while True:
            self._news.clear()
            try:
                await self._offer()
            except DeskError as refusal:
                log.warning("relay_waits", code=refusal.code)
            except Exception:
                log.exception("relay_fault")  # ours to mend; without the relay no work would be done
            with suppress(TimeoutError):
                async with asyncio.timeout(settings.poll_seconds):
                    await self._news.wait()

    async def _offer(self) -> None:
        while due := await offer_due():
            if not await self._reach_broker(due):
                await self._work_here(due)

    async def _reach_broker(self, due: list[Due]) -> bool:
        if self._sending is not None and not self._sending.done():
            return False  # it is still trying with an earlier batch
        self._sending = _aside(lambda: self._send(due))
        self._sending.add_done_callback(_heard)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await asyncio.shield(self._sending)
        except Exception as fault:
            log.warning("broker_away", fault=type(fault).__name__)
            return False
        return True

    async def _work_here(self, due: list[Due]) -> None:
        """Work the rows on this loop, as many at a time as the worker has threads."""
        for row in due:
            await self._slots.acquire()
            task = spawn(work(row.workspace_id, row.outbox_id))
            task.add_done_callback(lambda _: self._slots.release())


async def offer_due() -> list[Due]:
    """Mark rows that are due as offered, and return them."""

    async def body() -> list[Due]:
        with systemwide("offer the outbox rows that are due"):
            rows = await fetch(OFFER_DUE, BATCH, settings.offer_seconds)
        return [Due(**row) for row in rows]

    return await shielded(body)


async def work_off() -> int:
    """Work all rows that are due, one after the other and without a broker; return how many."""
    count = 0
    while due := await offer_due():
        for row in due:
            await work(row.workspace_id, row.outbox_id)
        count += len(due)
    return count


def _aside(call: Callable[[], None]) -> asyncio.Future[None]:
    """Run `call` in a thread that keeps no process alive, as those of an executor do."""
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except Exception as fault:
            outcome.set_exception(fault)

    Thread(target=run, daemon=True, name="relay-send").start()
    return asyncio.wrap_future(outcome)


def _heard(sending: asyncio.Future[None]) -> None:
    """Take note of the outcome, so that a batch that was given up is not reported as unheard."""
    if not sending.cancelled():
        sending.exception()
