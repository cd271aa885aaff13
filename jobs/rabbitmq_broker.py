"""The broker on RabbitMQ: dramatiq's, with one connection that sends, and with limits on every wait."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from dramatiq import Broker, Consumer, Message, MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker, _RabbitmqConsumer  # pyright: ignore[reportPrivateUsage]
from dramatiq.errors import ConnectionClosed
from pika import BlockingConnection, URLParameters

T = TypeVar("T")
HEARTBEAT_SECONDS = 10  # a server that is silent for twice that is given up
ANSWER_SECONDS = 3.0
BLOCKED_SECONDS = 10.0  # the server is short of memory or disk, and takes nothing
BEAT_SECONDS = 2.0  # pika sends its heartbeats only when it is called
END_SECONDS = 2.0


def rabbitmq_broker(url: str) -> Broker:
    """Return the broker, without middleware. Connects to nothing yet. A cluster's nodes stand in `a;b`."""
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # what it has to say, it raises too
    return _Broker(_servers(url))


def reach_rabbitmq(url: str) -> None:
    """Raise what is wrong when no server answers."""
    BlockingConnection(_servers(url)).close()


def _servers(url: str) -> list[URLParameters]:
    return [_parameters(one) for one in url.split(";")]


def _parameters(url: str) -> URLParameters:
    parameters = URLParameters(url)
    parameters.heartbeat = HEARTBEAT_SECONDS
    parameters.socket_timeout = ANSWER_SECONDS
    parameters.stack_timeout = 2 * ANSWER_SECONDS
    parameters.blocked_connection_timeout = BLOCKED_SECONDS
    return parameters


class _Broker(RabbitmqBroker):
    """Its queues are durable classic ones, as dramatiq declares them. Quorum queues would cost a round
    of the cluster for each message, for hints whose loss costs no more than that they are repeated."""

    def __init__(self, servers: list[URLParameters]) -> None:
        # Only a message that is confirmed tells that its queue is gone, and has it declared anew.
        super().__init__(confirm_delivery=True, middleware=[])
        self.parameters = servers
        self._sending = _OneThread(self._beat)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        self.declare_queue(queue_name, ensure=True)
        del self.connection  # this thread would never look at it again, and the server would miss its beats
        return _Consumer(self, queue_name, prefetch, timeout)

    def enqueue(self, message: Message[object], *, delay: int | None = None) -> Message[object]:
        """Send from one thread: connections belong to threads here, and the relay's do not live long."""
        return self._sending.call(lambda: self._enqueue(message, delay))

    def close(self) -> None:
        self._sending.end(self._disconnect)
        super().close()

    def _enqueue(self, message: Message[object], delay: int | None) -> Message[object]:
        try:
            return super().enqueue(message, delay=delay)
        except Exception:
            self._disconnect()
            raise

    def _beat(self) -> None:
        if getattr(self.state, "connection", None) is None:
            return
        try:
            self.connection.process_data_events()
        except Exception:
            self._disconnect()  # whatever it was, a new connection is the remedy

    def _disconnect(self) -> None:
        del self.connection


class _Consumer(_RabbitmqConsumer):
    """Gives up where dramatiq's holds a thread until the server is back.

    The outbox row decides, so a message that comes again because of that does nothing.
    """

    def ack(self, message: MessageProxy) -> None:
        with suppress(ConnectionClosed):
            super().ack(message)

    def nack(self, message: MessageProxy) -> None:
        with suppress(ConnectionClosed):
            super().nack(message)


class _OneThread:
    """Makes calls one by one in a thread of its own, and `idle` when there has been none for a while."""

    def __init__(self, idle: Callable[[], None]) -> None:
        self._idle = idle
        self._calls = SimpleQueue[Callable[[], None] | None]()
        self._thread = Thread(target=self._run, daemon=True, name="rabbitmq-send")
        self._thread.start()

    def call(self, body: Callable[[], T]) -> T:
        """Return what the body returns, or raise what it raises."""
        outcome = Future[T]()
        self._calls.put(lambda: _settle(outcome, body))
        return outcome.result()

    def end(self, last: Callable[[], None]) -> None:
        """Make a last call and end, or leave a call that hangs to the end of the process."""
        self._calls.put(last)
        self._calls.put(None)
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        while True:
            try:
                call = self._calls.get(timeout=BEAT_SECONDS)
            except Empty:
                call = self._idle
            if call is None:
                return
            call()


def _settle(outcome: Future[T], body: Callable[[], T]) -> None:
    try:
        outcome.set_result(body())
    except Exception as fault:
        outcome.set_exception(fault)
