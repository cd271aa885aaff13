"""The broker: what it carries, what it needs, and a real worker process that lives with its faults."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
import workers
from dramatiq import Message
from dramatiq.brokers.stub import StubBroker
from dramatiq_postgres import PostgresBroker
from office import Office, office_of
from ports import free_port

from jobs.broker import QUEUE, make_broker, prepare, sender
from jobs.relay import Due
from models.errors import Invalid
from settings import settings

WORKER = """
import os, signal, threading
from jobs.worker import run_worker
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
run_worker(stop)
"""
IN_A_TRANSACTION = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND xact_start IS NOT NULL
"""


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
def worker(office: Office) -> Generator[subprocess.Popen[bytes]]:
    """A worker process on the test's database."""
    environment = os.environ | {
        "DATABASE_URL": office.url,
        "DATA": str(office.folder),
        "DESKWIRE_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    root = Path(__file__).parent.parent
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment, cwd=root)
    yield process
    process.terminate()
    try:
        process.wait(20)
    finally:
        process.kill()


async def letters(office: Office, count: int) -> None:
    """Wait until the other process has sent so many letters."""
    async with asyncio.timeout(15):
        while len(office.inbox()) < count:
            await asyncio.sleep(0.02)


def freeze_between_statements(process: subprocess.Popen[bytes], url: str) -> None:
    """Stop the process at a moment when it holds no lock on the database that others would wait for."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(100):
            process.send_signal(signal.SIGSTOP)
            if connection.execute(IN_A_TRANSACTION).fetchone() == (0,):
                return
            process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
    raise AssertionError("It never rests.")


def test_an_unknown_broker_is_refused():
    with pytest.raises(Invalid, match="BROKER_URL"):
        make_broker("carrier-pigeon://loft")


def test_a_message_carries_two_ids_and_nothing_else():
    broker = make_broker("memory://")
    assert isinstance(broker, StubBroker)

    sender(broker)([Due(7, 42)])

    message = Message.decode(broker.queues[QUEUE].get_nowait())
    assert (message.actor_name, message.args, message.kwargs) == ("work", (7, 42), {})


def test_a_job_is_never_retried_by_the_broker():
    broker = make_broker("memory://")

    retries = [part for part in broker.middleware if type(part).__name__ == "Retries"]

    assert [part.max_retries for part in retries] == [0]


def test_the_postgres_broker_takes_a_dead_workers_messages_back_soon(database_url):
    broker = make_broker(database_url)

    assert isinstance(broker, PostgresBroker)
    assert (broker.heartbeat_interval, broker.heartbeat_ttl, broker.maintenance_interval) == (5, 20, 5)
    broker.close()


async def test_the_brokers_tables_are_made_once_by_whoever_comes_first(desk, database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS dramatiq CASCADE")

    await asyncio.gather(*(asyncio.to_thread(prepare, database_url) for _ in range(4)))

    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM dramatiq.queue").fetchone() == (0,)


async def test_a_worker_sends_what_was_written_and_ends_when_told(office, worker):
    ticket = await office.create()
    await letters(office, 1)
    await office.reply(ticket)
    await letters(office, 2)

    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)

    assert await asyncio.to_thread(worker.wait, 25) == 0
    assert time.monotonic() - begun < 10


async def test_a_queue_that_is_emptied_loses_no_letter(office, worker):
    await office.create()
    await letters(office, 1)
    freeze_between_statements(worker, office.url)
    await office.create()
    prepare(office.url)
    with psycopg.connect(office.url) as connection:
        connection.execute("DELETE FROM dramatiq.queue")

    worker.send_signal(signal.SIGCONT)

    await letters(office, 2)


async def test_a_queue_that_is_gone_loses_no_letter(office, worker):
    await office.create()
    await letters(office, 1)
    with psycopg.connect(office.url) as connection:
        connection.execute("DROP SCHEMA dramatiq CASCADE")

    await office.create()

    await letters(office, 2)


async def test_a_worker_starts_without_its_broker(office):
    async with workers.worker(office, BROKER_URL=f"postgres://nobody@127.0.0.1:{free_port()}/nothing"):
        await office.create()

        await workers.letters(office, 1)
