"""Each HTTP request as it is logged and counted: its id, one line, one observation."""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import answer_bug

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
QUIET = ("/healthz", "/readyz", "/metrics")  # asked every few seconds; not worth a line while well
HUNG_UP = 499  # nginx's number for a client that did not wait for its answer

log = structlog.stdlib.get_logger(__name__)


@dataclass
class Call:
    """What may be told of one request. Never what it said."""

    method: str
    path: str
    status: int = 0
    seconds: float = 0
    operation: str | None = None
    kind: str | None = None
    cost: int | None = None
    principal: str | None = None


_call: ContextVar[Call | None] = ContextVar("call", default=None)


def note(
    *,
    operation: str | None = None,
    kind: str | None = None,
    cost: int | None = None,
    principal: str | None = None,
) -> None:
    """Add to the line of the running request what only its face knows. `kind`: query, mutation, …"""
    call = _call.get()
    if call is not None:
        call.operation, call.kind, call.cost, call.principal = operation, kind, cost, principal


class Calls:
    """Gives each request its id, logs it, and answers for bugs that nobody caught.

    Stands within `SecureHeaders`, so that these answers have its headers too.
    """

    def __init__(self, app: ASGIApp, *, on_end: Callable[[Call], None] | None = None) -> None:
        self._app = app
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = Call(scope["method"], scope["path"])
        request_id = _request_id(scope)
        token = _call.set(call)
        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await self._answer(call, scope, receive, _watched(send, call, request_id))
        finally:
            _call.reset(token)

    async def _answer(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            call.status = call.status or HUNG_UP
        except Exception as bug:
            log.exception("request_fault")
            if not call.status:
                await (await answer_bug(Request(scope), bug))(scope, receive, send)
        call.seconds = time.monotonic() - began
        _log(call)
        if self._on_end is not None:
            self._on_end(call)


def _request_id(scope: Scope) -> str:
    """Return the id that a proxy in front of us gave, else a new one, which all below then see."""
    headers = MutableHeaders(scope=scope)
    given = headers.get("x-request-id", "")
    if not REQUEST_ID.fullmatch(given):
        given = headers["x-request-id"] = uuid4().hex
    return given


def _watched(send: Send, call: Call, request_id: str) -> Send:
    async def send_and_see(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.status = message["status"]
            MutableHeaders(scope=message).setdefault("x-request-id", request_id)
        await send(message)

    return send_and_see


def _log(call: Call) -> None:
    told = {name: value for name, value in vars(call).items() if value is not None and name != "seconds"}
    write = log.debug if call.path in QUIET and call.status < 500 else log.info
    write("request", duration_ms=round(call.seconds * 1000, 1), **told)
