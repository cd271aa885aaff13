"""How long an event takes from the request that causes it to the socket of a subscriber."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from models.database import database
from resolvers import tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket
from schema.nodes import id_of
from tests.benchmarks import stage
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, quantile
from tests.benchmarks.line import Line, line, request_of

WARM_UP = 20  # replies whose times do not count: caches fill, connections open
BASELINE = "the mutation's round trip"
PROTOCOL = Subprotocol("graphql-transport-ws")
CURSOR = "{ eventCursor }"
LISTEN = """
subscription ($after: EventCursor) {
  commentAdded(after: $after) { comment { id body author { ... on Member { name } } } ticket { id status } }
}"""
REPLY = """
mutation ($input: TicketReplyInput!) {
  ticketReply(input: $input) { comment { id } errors { message } }
}"""


@dataclass(frozen=True)
class Desk:
    """The secret of a key, and the ticket that is replied to with it."""

    key: str
    ticket_id: str


@dataclass(frozen=True)
class Journey:
    """The instants of one reply, in seconds: it was sent, it was answered, its event arrived."""

    sent: float
    answered: float
    arrived: float


async def measure(url: str, effort: Effort) -> list[Figure]:
    """Reply at a gentle pace over HTTP while a socket listens, and return the figures."""
    desk = await set_up(url, "push")
    async with stage.web(url) as port:
        journeys = await travel(desk, port, port, effort.replies, effort.replies_per_second)
    return [*_figures(journeys, 50), *_figures(journeys, 99)]


async def set_up(url: str, slug: str) -> Desk:
    """Found a workspace with one ticket."""
    async with database(url):
        office = await stage.found(slug)
        new = NewTicket("The printer is on fire", contact=ContactRef(email="carl@example.org"))
        return Desk(office.key, id_of(await tickets.create(office.ada, new)))


async def travel(desk: Desk, from_port: int, to_port: int, replies: int, per_second: float) -> list[Journey]:
    """Reply to one web process while a socket listens at the other, or at the same."""
    count = WARM_UP + replies
    async with line(from_port) as writer, _subscriber(to_port, desk.key, writer) as socket:
        answers, arrivals = await asyncio.gather(
            _send(writer, desk, count, per_second), _arrivals(socket, count)
        )
    return [Journey(*answers[n], arrivals[n]) for n in range(WARM_UP, count)]


@asynccontextmanager
async def _subscriber(port: int, key: str, writer: Line) -> AsyncGenerator[ClientConnection]:
    """Open a socket that hears of every comment from now on, even before its subscription is live."""
    now = json.loads(await writer.ask(request_of(CURSOR, key)))["data"]["eventCursor"]
    url = f"ws://127.0.0.1:{port}/graphql"
    async with connect(url, subprotocols=[PROTOCOL], compression=None) as socket:
        await _say(socket, type="connection_init", payload={"Authorization": f"Bearer {key}"})
        await socket.recv()  # the ack; nothing may be asked before it
        payload = {"query": LISTEN, "variables": {"after": now}}
        await _say(socket, type="subscribe", id="1", payload=payload)
        yield socket


async def _send(writer: Line, desk: Desk, count: int, per_second: float) -> list[tuple[float, float]]:
    """Reply so often, each reply's text its number; return when each was sent and answered."""
    answers: list[tuple[float, float]] = []
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(began + number / per_second - time.perf_counter())
        request = request_of(REPLY, desk.key, input={"ticketId": desk.ticket_id, "body": str(number)})
        sent = time.perf_counter()
        answer = await writer.ask(request)
        answers.append((sent, time.perf_counter()))
        if b'"errors":[]' not in answer:
            raise RuntimeError(answer.decode())
    return answers


async def _arrivals(socket: ClientConnection, count: int) -> dict[int, float]:
    """Return when each reply's event arrived."""
    arrivals: dict[int, float] = {}
    while len(arrivals) < count:
        frame = json.loads(await socket.recv())
        now = time.perf_counter()
        match frame["type"]:
            case "next":
                if comment := frame["payload"]["data"]["commentAdded"]["comment"]:
                    arrivals[int(comment["body"])] = now
            case "ping":
                await _say(socket, type="pong")
            case _:
                raise RuntimeError(frame)
    return arrivals


async def _say(socket: ClientConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


def _figures(journeys: list[Journey], percent: int) -> list[Figure]:
    """From the sending of the request; and from its answer, which the event may well overtake."""
    share = percent / 100
    answer = quantile([each.answered - each.sent for each in journeys], share)
    whole = quantile([each.arrived - each.sent for each in journeys], share)
    rest = quantile([each.arrived - each.answered for each in journeys], share)
    return [
        Figure(f"event_to_socket_p{percent}", whole * 1000, "ms", whole / answer, BASELINE),
        Figure(f"event_after_answer_p{percent}", rest * 1000, "ms", rest / answer, BASELINE),
    ]
