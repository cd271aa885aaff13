"""Clients as they should be written: they send again with the same key, and resume by their cursor."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import httpx
import websockets
from running_web import GraphSocket, Reachable

Message = dict[str, Any]
AGAIN_SECONDS = 0.05
PATIENCE_SECONDS = 60
PASSING = {"SERVICE_UNAVAILABLE", "TIMEOUT", "CONFLICT"}
"""Codes of refusals that may pass by themselves."""

CREATE = """
mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) { errors { code } ticket { id } } }"""
REPLY = """
mutation ($input: TicketReplyInput!) { ticketReply(input: $input) { errors { code } comment { id } } }"""
CHANGES = """
subscription ($after: EventCursor) {
  ticketChanged(after: $after) { type eventCursor event { id kind } ticket { id reference status } }
}"""
COMMENTS = """
subscription ($after: EventCursor) {
  commentAdded(after: $after) { type eventCursor comment { id body } ticket { id } }
}"""


async def persist(
    web: Reachable, mutation: str, key: str, *, path: str = "/graphql", **fields: Any
) -> Message:
    """Send the mutation until it is answered, always with the same key; return its payload."""
    given = {"idempotencyKey": token_hex(8), **fields}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (payload := await _attempt(web, mutation, key, path, given)) is None:
            await asyncio.sleep(AGAIN_SECONDS)
    return payload


async def new_ticket(web: Reachable, key: str, address: str) -> str:
    """Create a ticket of the customer with this address, and return its id."""
    contact = {"byAddress": {"email": address}}
    payload = await persist(web, CREATE, key, title="The printer is on fire", contact=contact)
    return payload["ticket"]["id"]


async def reply(web: Reachable, key: str, ticket: str, body: str) -> None:
    """Reply, and return when that is answered."""
    await persist(web, REPLY, key, ticketId=ticket, body=body)


@dataclass
class Listener:
    """Hears a subscription from a cursor on, through whatever becomes of its sockets."""

    web: Reachable
    key: str
    query: str
    cursor: str
    heard: list[Message] = field(default_factory=list[Message])
    sockets: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _wire: websockets.ClientConnection | None = None

    def cut(self) -> None:
        """Break its connection, if it has one, without a word."""
        if self._wire is not None:
            self._wire.transport.abort()

    async def first(self, is_it: Callable[[Message], bool], *, seconds: float = PATIENCE_SECONDS) -> Message:
        """Return the first message of that kind, waiting for it if need be."""
        async with asyncio.timeout(seconds):
            while not (found := [message for message in self.heard if is_it(message)]):
                self._news.clear()
                await self._news.wait()
        return found[0]

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator["Listener"]:
        """Listen for as long as the block lasts; what should not have come up fails it."""
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen())
            yield self
            listening.cancel()

    async def _listen(self) -> None:
        while True:
            try:
                async with self.web.socket(self.key) as socket:
                    self.sockets += 1
                    self._wire = socket.wire
                    await self._hear(socket)
            except (OSError, TimeoutError, websockets.WebSocketException):
                await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self, socket: GraphSocket) -> None:
        subscription = await socket.subscribe(self.query, after=self.cursor)
        while _goes_on(payload := await socket.next(subscription)):
            [message] = payload["data"].values()
            assert message["type"] != "RESET", "the cursor is young enough"
            self.cursor = message["eventCursor"]
            if message["type"] == "EVENT":
                self.heard.append(message)
                self._news.set()


async def listener(web: Reachable, key: str, query: str = CHANGES) -> Listener:
    """Return one that hears everything from now on, once it listens."""
    return Listener(web, key, query, await web.cursor(key))


async def _attempt(web: Reachable, mutation: str, key: str, path: str, given: Message) -> Message | None:
    """Return the payload; None when nobody answered, or when the refusal may pass."""
    try:
        answer = await web.post(mutation, key, path=path, input=given)
    except (httpx.TransportError, ValueError):  # no answer, or half of one
        return None
    refusals = _codes(answer.get("errors", []))
    payload: Message = next(iter((answer.get("data") or {}).values()), None) or {}
    refusals |= {error["code"] for error in payload.get("errors", [])}
    assert refusals <= PASSING, answer
    return None if refusals else payload


def _goes_on(payload: Any) -> bool:
    """Tell a message from the end of the subscription, which only a fault that passes may bring."""
    if isinstance(payload, dict) and "errors" not in payload:
        return True
    errors = payload["errors"] if isinstance(payload, dict) else payload or []
    assert _codes(errors) <= PASSING, payload
    return False


def _codes(errors: list[Message]) -> set[str]:
    return {error["extensions"]["code"] for error in errors}
