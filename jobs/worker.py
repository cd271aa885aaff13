"""A worker process: dramatiq's threads, and on its one event loop the jobs, the relay and the doorbell."""

import asyncio
import os
from contextlib import suppress
from threading import Event, Thread

import psycopg
import structlog
from dramatiq import Broker, Worker
from dramatiq.asyncio import EventLoopThread, get_event_loop_thread
from dramatiq.middleware import Middleware, MiddlewareError

from jobs import work
from jobs.broker import make_broker, prepare, sender
from jobs.mail import smtp
from jobs.relay import Relay
from models.database import close_database, open_database
from realtime.bus import Bus
from resolvers import change
from settings import settings

log = structlog.stdlib.get_logger(__name__)
IDLE_MILLISECONDS = 250  # idle threads look up so often: for the end, and for a hint whose ring was lost
FINISH_MILLISECONDS = 8_000  # for jobs under way at the end; those that take longer are given back
STOP_SECONDS = 22.0  # for all of the end, also when the database is away


def run_worker(stop: Event, database_url: str = settings.database_url) -> None:
    """Work until `stop` is set, then finish the jobs or hand them back. Blocks the calling thread."""
    smtp.check()
    broker_url = settings.broker_url or database_url
    _prepare(broker_url)
    broker = make_broker(broker_url, _Loop(database_url))
    worker = Worker(broker, worker_timeout=IDLE_MILLISECONDS, worker_threads=settings.worker_threads)
    broker.emit_after("process_boot")  # without it no time limit is kept
    worker.start()
    log.info("worker_started", threads=settings.worker_threads)
    stop.wait()
    _end(worker, broker)
    log.info("worker_stopped")


def _prepare(broker_url: str) -> None:
    """Make the broker's tables. That it is away is no reason to end now, as it is none later."""
    try:
        prepare(broker_url)
    except psycopg.OperationalError as fault:
        log.warning("broker_away", fault=type(fault).__name__)


def _end(worker: Worker, broker: Broker) -> None:
    """Stop the worker. One that hangs on a broker that is away is left: leases end by themselves."""

    def end() -> None:
        worker.stop(timeout=FINISH_MILLISECONDS)
        broker.close()

    ending = Thread(target=end, daemon=True, name="worker-end")
    ending.start()
    ending.join(STOP_SECONDS)
    if ending.is_alive():
        log.warning("worker_stop_cut_short")
        os._exit(0)


class _Loop(Middleware):
    """What lives on dramatiq's event loop. Opened before the first message is taken."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._relay_task: asyncio.Task[None] | None = None
        self._bus: Bus | None = None

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:
        try:
            _loop().run_coroutine(self._open(broker))
        except Exception as fault:
            _loop().stop()
            raise MiddlewareError("The worker could not start.") from fault

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        _loop().run_coroutine(self._end_relay())

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        _loop().run_coroutine(self._close())

    async def _open(self, broker: Broker) -> None:
        await open_database(self._database_url)
        self._bus = Bus(settings.doorbell_url or self._database_url)
        change.ring = self._bus.ring
        relay = Relay(sender(broker))
        work.wake = relay.wake
        self._bus.on_ring(lambda workspace_id, seq: relay.wake())
        self._bus.on_gap(relay.wake)
        await self._bus.start()
        self._relay_task = asyncio.create_task(relay.run())

    async def _end_relay(self) -> None:
        assert self._relay_task is not None
        self._relay_task.cancel()
        with suppress(asyncio.CancelledError):
            await self._relay_task

    async def _close(self) -> None:
        assert self._bus is not None
        await work.give_all_back()
        await self._bus.stop()
        await close_database()


def _loop() -> EventLoopThread:
    loop = get_event_loop_thread()
    assert loop is not None, "the AsyncIO middleware comes first"
    return loop
