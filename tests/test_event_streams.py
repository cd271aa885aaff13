"""Event streams, as a browser's EventSource and graphql-sse have them: the same events as on a socket."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import cast
import httpx
import pytest
from running_web import SECONDS, RunningWeb

from models.clock import now
from models.keys import ApiKey
from resolvers import comments, tickets
from resolvers.tickets import NewTicket
from schema.ids import global_id
from settings import settings

COMMENTS = "subscription ($ticketId: ID) { commentAdded(ticketId: $ticketId) { type comment { body } } }"
PUBLIC = "subscription { commentAdded { type comment { body } } }"
EVENT_STREAM = "text/event-stream"


@dataclass
class EventSource:
    """A client's side: what has come, block by block, without the comments that keep it open."""

    response: httpx.Response
    beats: int = 0
    _lines: AsyncGenerator[str] | None = None
    last_id: str = ""

    async def next(self) -> tuple[str, str]:
        """Return the next event's name and what it carries; "" and "" at the stream's end."""
        self._lines = self._lines or self.response.aiter_lines()
        name, text = "", ""
        async with asyncio.timeout(SECONDS):
            async for line in self._lines:
                key, _, value = line.partition(":")
                if line.startswith(":"):
                    self.beats += 1
                elif key == "event":
                    name = value.strip()
                elif key == "data":
                    text = value.strip()
                elif key == "id":
                    self.last_id = value.strip()
                elif not line and name:
                    return name, text
        return "", ""

    async def body(self) -> str:
        """Return the body of the next comment it is told of."""
        while True:
            name, text = await self.next()
            assert name == "next", text
            told = json.loads(text)["data"]["commentAdded"]
            if told["type"] == "EVENT":
                return told["comment"]["body"]


@contextlib.asynccontextmanager
async def listening(
    web: RunningWeb, key: str, query: str = COMMENTS, *, path: str = "/graphql", **headers: str
) -> AsyncGenerator[EventSource]:
    """Open a stream."""
    told = {"authorization": f"Bearer {key}", "accept": EVENT_STREAM} | headers
    async with (
        httpx.AsyncClient(verify=False, timeout=SECONDS) as client,
        client.stream("POST", web.url + path, json={"query": query}, headers=told) as response,
    ):
        yield EventSource(response)


async def _refused(web: RunningWeb, key: str, query: str, **variables: str) -> tuple[int, str]:
    headers = {"authorization": f"Bearer {key}", "accept": EVENT_STREAM}
    async with httpx.AsyncClient(verify=False) as client:
        request = {"query": query, "variables": variables}
        answer = await client.post(f"{web.url}/graphql", json=request, headers=headers)
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


async def test_what_happens_is_streamed_as_it_happens(web, ada, grace, ticket):
    async with listening(web, ada.key) as source:
        await web.joined(1)
        await comments.reply(grace.actor, ticket.id, "First line\nand second")
        first = await source.body()
        await comments.note(grace.actor, ticket.id, "Second")

        assert (first, await source.body()) == ("First line\nand second", "Second")
    assert source.response.headers["content-type"] == f"{EVENT_STREAM}; charset=utf-8"
    await web.joined(0)


async def test_who_comes_back_with_the_last_id_misses_nothing_and_hears_nothing_twice(
    web, ada, grace, ticket
):
    async with listening(web, ada.key) as source:
        await web.joined(1)
        await comments.reply(grace.actor, ticket.id, "Heard")
        await source.body()
    await web.joined(0)
    for body in ("Missed", "Missed too"):
        await comments.reply(grace.actor, ticket.id, body)

    async with listening(web, ada.key, **{"last-event-id": source.last_id}) as again:
        bodies = [await again.body(), await again.body()]
        await comments.reply(grace.actor, ticket.id, "Live")

        assert [*bodies, await again.body()] == ["Missed", "Missed too", "Live"]


async def test_a_customer_hears_of_their_own_ticket_and_of_no_note(web, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    async with listening(web, token, PUBLIC, path="/public/graphql") as source:
        await web.joined(1)
        await comments.note(ada.actor, ticket.id, "Between us")
        await comments.reply(ada.actor, ticket.id, "For Carl")

        assert await source.body() == "For Carl"


async def test_a_quiet_stream_beats(web, ada, monkeypatch):
    monkeypatch.setattr(settings, "ping_seconds", 0.05)
    monkeypatch.setattr(settings, "bookmark_seconds", 0.4)

    async with listening(web, ada.key) as source:
        await source.next()

    assert source.beats >= 2


async def test_who_loses_their_rights_is_told_so_and_nothing_more(web, ada, grace, ticket, monkeypatch):
    monkeypatch.setattr(settings, "recheck_seconds", 0.05)
    async with listening(web, ada.key) as source:
        await web.joined(1)
        await ApiKey.filter(workspace_id=ada.actor.workspace_id, member_id=ada.member.id).update(
            revoked_at=now()
        )

        name, text = await source.next()
        assert (name, json.loads(text)["errors"][0]["extensions"]["code"]) == ("next", "FORBIDDEN")
        assert await source.next() == ("complete", "")
        assert await source.next() == ("", "")
    await web.joined(0)


async def test_at_a_restart_the_stream_ends_without_a_word_so_that_its_client_comes_back(web, ada):
    async with listening(web, ada.key) as source:
        await web.joined(1)
        web.parts.streams[0].drain()

        assert await source.next() == ("", "")
    assert await _refused(web, ada.key, COMMENTS) == (503, "SERVICE_UNAVAILABLE")


async def test_streams_count_as_sockets(web, ada, monkeypatch):
    monkeypatch.setattr(settings, "sockets_per_principal", 1)
    async with listening(web, ada.key):
        await web.joined(1)

        assert await _refused(web, ada.key, COMMENTS) == (429, "RATE_LIMITED")
    await web.joined(0)
    async with listening(web, ada.key) as again:
        assert again.response.status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer { member { name } } }", "OPERATION_RESOLUTION_FAILURE"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
    ],
)
async def test_what_cannot_be_streamed_is_refused_in_plain_json(web, ada, query, code):
    assert await _refused(web, ada.key, query) == (400, code)


async def test_a_stream_needs_a_key(web):
    assert await _refused(web, "dwk_wrong", COMMENTS) == (401, "UNAUTHENTICATED")


async def test_a_foreign_ticket_cannot_be_listened_to(web, ada, eve):
    foreign = await tickets.create(eve.actor, NewTicket("Eve's"))

    ids = [global_id("Ticket", row_id) for row_id in (foreign.id, 2**40)]
    refused = [await _refused(web, ada.key, COMMENTS, ticketId=each) for each in ids]

    assert refused == [(404, "NOT_FOUND")] * 2


async def test_a_client_that_reads_nothing_is_freed(web, ada, grace, ticket, monkeypatch):
    monkeypatch.setattr(settings, "stall_seconds", 0.2)
    monkeypatch.setattr(settings, "ping_seconds", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port, limit=1024)
    body = json.dumps({"query": COMMENTS}).encode()
    writer.write(
        b"POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n"
        b"content-type: application/json\r\nauthorization: Bearer "
        + ada.key.encode()
        + b"\r\ncontent-length: %d\r\n\r\n" % len(body)
        + body
    )
    await web.joined(1)
    writer.transport.pause_reading()

    for _ in range(120):
        await comments.reply(grace.actor, ticket.id, "x" * 100_000)

    await web.joined(0)
    writer.transport.abort()
    del reader
