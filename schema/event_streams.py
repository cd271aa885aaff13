"""The endpoint of event streams: a subscription over plain HTTP, for those who prefer `text/event-stream`."""

from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from models.actors import Actor
from models.errors import DeskError
from models.faults import refusal_of
from realtime.event_streams import Stream, Streams
from realtime.faces import Events
from realtime.requests import Refused, Request, refusal
from schema.answers import Answer, of_bug, of_desk_error, of_refusal
from schema.intake import Gone, check_content_type, request_of
from schema.negotiation import JSON


class Face(Protocol):
    """What the endpoint needs of /graphql or /public/graphql."""

    async def greet(self, scope: Scope) -> Actor: ...

    async def stream(self, actor: Actor, request: Request, after: str | None) -> Events: ...


class EventStreams:
    """The ASGI app. Whatever is refused before the first event is answered as plain JSON."""

    def __init__(self, face: Face, streams: Streams) -> None:
        self._face = face
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            answer = await self._answered(scope, receive, send)
        if answer is not None:
            await answer.send(send, request_id)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """Serve the stream and return None, or return the answer that says why not."""
        try:
            await self._serve(scope, receive, send)
        except Refused as refused:
            return of_refusal(Refused(refused.errors, status=refused.status or 400), JSON, _allow(refused))
        except DeskError as error:
            return of_desk_error(error, JSON)
        except Gone:
            return None
        except Exception as fault:
            known = refusal_of(fault)
            return of_desk_error(known, JSON) if known else of_bug(fault, JSON)
        return None

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        _check_wire(scope["method"], headers)
        actor = await self._face.greet(scope)
        self._streams.take_seat(actor)
        try:
            request = await request_of(scope, receive)
            events = await self._face.stream(actor, request, headers.get("last-event-id"))
            await self._streams.serve(Stream(actor, send, _abort_of(scope)), events, receive)
        finally:
            self._streams.leave_seat(actor)


def _check_wire(method: str, headers: Headers) -> None:
    if method not in ("GET", "POST"):
        raise refusal("GraphQL is served over GET and POST.", "BAD_REQUEST", status=405)
    if method == "POST":
        check_content_type(headers)


def _allow(refused: Refused) -> dict[str, str]:
    return {"allow": "GET, POST"} if refused.status == 405 else {}


def _abort_of(scope: Scope) -> Callable[[], None]:
    """Return what ends the connection at once, where the server lends it."""
    return scope.get("state", {}).get("abort", _nothing)


def _nothing() -> None:
    """Leave the connection to the server's own time-outs."""
