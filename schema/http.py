"""GraphQL over HTTP: one ASGI endpoint for each face. Sockets and event streams are not here."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import strawberry
import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from models.actors import Actor
from models.errors import DeskError, Unauthenticated
from models.faults import refusal_of
from realtime import requests
from realtime.requests import Refused
from schema.answers import Answer, of_bug, of_desk_error, of_refusal
from schema.documents import Documents, Prepared
from schema.execution import execute
from schema.intake import Gone, check_content_type, request_of
from schema.negotiation import EVENT_STREAM, JSON, RESULTS, accepted
from schema.rates import Rates

REFUSED_COST = 20  # points; a document that does not run has been parsed and validated all the same
LONGEST_NAME = 64  # characters of an operation's name in the log
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.stdlib.get_logger(__name__)


class Face(Protocol):
    """What the endpoint needs of /graphql or /public/graphql."""

    @property
    def documents(self) -> Documents: ...

    @property
    def schema(self) -> strawberry.Schema: ...

    async def greet(self, scope: Scope) -> Actor:
        """Return who calls, from the headers. Refuses with Unauthenticated, RateLimited, …"""
        ...

    def context(self, actor: Actor) -> object:
        """Return a fresh execution context for one request."""
        ...


@dataclass
class Call:
    """What may be logged about one request, filled in as it becomes known. Never what it said."""

    request_id: str
    method: str
    path: str
    status: int = 0
    duration_ms: float = 0
    operation: str = ""
    kind: str = ""
    cost: int | None = None
    principal: str | None = None


def log_call(call: Call) -> None:
    """Write the one log line of a request."""
    log.info("graphql.request", **vars(call))


class Endpoint:
    """The ASGI app behind one route. `stream` answers those who prefer `text/event-stream`."""

    def __init__(
        self,
        face: Face,
        *,
        rates: Rates | None = None,
        stream: ASGIApp | None = None,
        on_answer: Callable[[Call], None] = log_call,
    ) -> None:
        self._face = face
        self._rates = rates or Rates()
        self._stream = stream
        self._on_answer = on_answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if self._stream is not None and _prefers_stream(headers):
            await self._stream(scope, receive, send)
            return
        call = Call(_request_id(headers), scope["method"], scope["path"])
        with structlog.contextvars.bound_contextvars(request_id=call.request_id):
            await self._answer(call, scope, receive, send)

    async def _answer(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        try:
            answer = await self._answered(call, scope, receive)
        except Gone:
            return
        await answer.send(send, call.request_id)
        call.status = answer.status
        call.duration_ms = round((time.monotonic() - began) * 1000, 1)
        self._on_answer(call)

    async def _answered(self, call: Call, scope: Scope, receive: Receive) -> Answer:
        media = accepted(Headers(scope=scope).get("accept", "")) or JSON
        try:
            return Answer(200, await self._run(call, scope, receive), media)
        except Refused as refused:
            return of_refusal(refused, media, _allow(call, refused))
        except DeskError as error:
            return of_desk_error(error, media)
        except Gone:
            raise
        except Exception as fault:
            refusal = refusal_of(fault)
            return of_desk_error(refusal, media) if refusal else of_bug(fault, media)

    async def _run(self, call: Call, scope: Scope, receive: Receive) -> bytes:
        _check_wire(scope["method"], Headers(scope=scope))
        address = _address(scope)
        actor = await self._greeted(scope, address)
        call.principal = actor.principal
        try:
            prepared = self._face.documents.prepare(await request_of(scope, receive))
            _check_kind(prepared, scope["method"])
        except Refused:
            self._rates.charge(actor, address, REFUSED_COST)
            raise
        call.operation, call.kind = (prepared.name or "")[:LONGEST_NAME], prepared.kind
        call.cost = prepared.cost
        self._rates.charge(actor, address, prepared.cost)
        return await execute(self._face.schema, prepared, context=self._face.context(actor))

    async def _greeted(self, scope: Scope, address: str) -> Actor:
        try:
            return await self._face.greet(scope)
        except Unauthenticated:
            self._rates.charge_address(address)
            raise


def _check_wire(method: str, headers: Mapping[str, str]) -> None:
    """Refuse what HTTP alone tells us is none of our requests."""
    if method not in ("GET", "POST"):
        raise requests.refusal("GraphQL is served over GET and POST.", "BAD_REQUEST", status=405)
    if accepted(headers.get("accept", "")) is None:
        message = f"The answer can be {' or '.join(RESULTS)}."
        raise requests.refusal(message, "BAD_REQUEST", status=406)
    if method == "POST":
        check_content_type(headers)


def _check_kind(prepared: Prepared, method: str) -> None:
    """Refuse a change by GET, which a foreign page could cause, and what has no end."""
    if prepared.kind == "subscription":
        message = "Subscriptions need a WebSocket, or Accept: text/event-stream."
        raise requests.refusal(message, "OPERATION_RESOLUTION_FAILURE", status=400)
    if prepared.kind == "mutation" and method == "GET":
        raise requests.refusal("Mutations need POST.", "OPERATION_RESOLUTION_FAILURE", status=405)


def _allow(call: Call, refused: Refused) -> dict[str, str]:
    if refused.status != 405:
        return {}
    return {"allow": "POST" if call.method == "GET" else "GET, POST"}


def _prefers_stream(headers: Mapping[str, str]) -> bool:
    return accepted(headers.get("accept", ""), (*RESULTS, EVENT_STREAM)) == EVENT_STREAM


def _request_id(headers: Mapping[str, str]) -> str:
    """Return the id that a proxy in front of us gave the request, else a new one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "unknown"
