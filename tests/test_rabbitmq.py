"""RabbitMQ as the broker: it is used, and everything is done without it."""

import asyncio
from collections.abc import AsyncGenerator

import pika
import pytest
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from office import Office, office_of
from pika.exceptions import AMQPError, ChannelClosedByBroker
from ports import free_port
from services import Service, rabbitmq_server
from workers import letters, worker

from jobs import doctor
from jobs.broker import QUEUE, make_broker, sender
from jobs.relay import Due, offer_due
from settings import settings

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
async def server(tmp_path_factory) -> AsyncGenerator[Service]:
    """The server; it is started once, which takes longest, and once more where it is killed."""
    async with rabbitmq_server(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


@pytest.fixture
async def rabbitmq(server: Service) -> Service:
    """The server, which runs and has no queue."""
    if not server.is_running:
        await server.start()
    await asyncio.to_thread(forget_queue, server.url)
    return server


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


def forget_queue(url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        connection.channel().queue_delete(QUEUE)


def queue(url: str) -> tuple[int, int] | None:
    """Return how many messages are in the queue, and how many listen to it; None when there is no queue."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        try:
            frame = connection.channel().queue_declare(QUEUE, passive=True)
        except ChannelClosedByBroker:
            return None
        return frame.method.message_count, frame.method.consumer_count


async def is_used(server: Service) -> None:
    """Wait until a worker listens again."""
    async with asyncio.timeout(30):
        while (await asyncio.to_thread(queue, server.url) or (0, 0))[1] == 0:
            await asyncio.sleep(0.1)


async def test_the_worker_gets_its_hints_through_rabbitmq(office, rabbitmq):
    async with worker(office, BROKER_URL=rabbitmq.url) as working:
        await is_used(rabbitmq)
        await office.create()

        await letters(office, 1)

        assert "broker_away" not in working.words
        assert await asyncio.to_thread(queue, rabbitmq.url) == (0, 1)


async def test_a_queue_that_is_deleted_loses_no_letter(office, rabbitmq):
    await office.create()
    broker = make_broker(rabbitmq.url)
    await asyncio.to_thread(sender(broker), await offer_due())
    broker.close()
    await asyncio.to_thread(forget_queue, rabbitmq.url)

    async with worker(office, BROKER_URL=rabbitmq.url):
        await letters(office, 1)


async def test_a_queue_that_is_deleted_under_a_worker_is_made_anew(office, rabbitmq):
    async with worker(office, BROKER_URL=rabbitmq.url) as working:
        await is_used(rabbitmq)

        await asyncio.to_thread(forget_queue, rabbitmq.url)
        await office.create()

        await letters(office, 1)
        await is_used(rabbitmq)
        assert "broker_away" not in working.words


async def test_a_hint_for_a_queue_that_is_gone_makes_it_anew(rabbitmq):
    broker = make_broker(rabbitmq.url)
    await asyncio.to_thread(sender(broker), [Due(7, 42)])
    await asyncio.to_thread(forget_queue, rabbitmq.url)

    await asyncio.to_thread(sender(broker), [Due(7, 43)])

    assert await asyncio.to_thread(queue, rabbitmq.url) == (1, 0)
    await asyncio.to_thread(broker.close)


async def test_whatever_threads_send_there_is_one_connection(rabbitmq):
    broker = make_broker(rabbitmq.url)
    assert isinstance(broker, RabbitmqBroker)

    for number in range(3):
        await asyncio.to_thread(broker.consume, QUEUE)
        await asyncio.to_thread(sender(broker), [Due(7, number)])

    assert len(broker.connections) == 1
    await asyncio.to_thread(broker.close)


async def test_what_cannot_be_acknowledged_holds_nobody_up(rabbitmq):
    broker = make_broker(rabbitmq.url)
    await asyncio.to_thread(sender(broker), [Due(7, 42), Due(7, 43)])
    consumer = await asyncio.to_thread(broker.consume, QUEUE, 2)
    first, second = await asyncio.to_thread(lambda: (next(consumer), next(consumer)))
    assert first and second

    consumer.close()

    consumer.ack(first)
    consumer.nack(second)
    await asyncio.to_thread(broker.close)


async def test_the_doctor_tells_whether_rabbitmq_answers(rabbitmq, monkeypatch):
    look = dict(doctor.CHECKS)["broker"]

    monkeypatch.setattr(settings, "broker_url", rabbitmq.url)
    assert (await look()).grade is doctor.Grade.OK

    monkeypatch.setattr(settings, "broker_url", f"amqp://127.0.0.1:{free_port()}")
    with pytest.raises(AMQPError):
        await look()


async def test_workers_outlive_rabbitmq_start_without_it_and_use_it_again(office, rabbitmq):
    async with worker(office, "first", BROKER_URL=rabbitmq.url) as first:
        await is_used(rabbitmq)
        await office.create()
        await letters(office, 1)
        await rabbitmq.kill()
        await office.create()
        await letters(office, 2)

        async with worker(office, "second", BROKER_URL=rabbitmq.url) as second:
            assert (await first.end(), "worker_stop_cut_short" in first.words) == (0, False)
            await office.create()
            await letters(office, 3)

            await rabbitmq.start()
            await is_used(rabbitmq)
            refusals = second.words.count("broker_away")
            await office.create()
            await letters(office, 4)
            assert second.words.count("broker_away") == refusals
