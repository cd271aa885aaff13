"""The messages of graphql-transport-ws: what a client may say, and what we say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from models import clock
from models.errors import Invalid
from realtime.requests import Request, request_from
from settings import settings

PING = '{"type":"ping"}'
PONG = '{"type":"pong"}'
ID_CHARACTERS = 256  # an id is repeated in every frame; clients send a UUID or a number


class Malformed(Exception):
    """A frame that no client of this protocol sends. It closes the socket."""


@dataclass(frozen=True, slots=True)
class Init:
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    id: str
    request: Request


@dataclass(frozen=True, slots=True)
class Complete:
    id: str


Frame = Init | Ping | Pong | Subscribe | Complete


def frame_from(text: str | None) -> Frame:
    """Return the message in a text frame; None stands for a binary one. Raises Malformed."""
    said = _members(text)
    match said.get("type"):
        case "connection_init":
            return Init(_payload(said))
        case "ping":
            _payload(said)
            return Ping()
        case "pong":
            _payload(said)
            return Pong()
        case "subscribe":
            return Subscribe(_id(said), _request(said))
        case "complete":
            return Complete(_id(said))
        case _:
            raise Malformed


def ack() -> str:
    """Return the acknowledgement: our time, and how often we ping."""
    payload = {
        "serverTime": clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "heartbeatSeconds": settings.ping_seconds,
    }
    return orjson.dumps({"type": "connection_ack", "payload": payload}).decode()


def opening(operation_id: str) -> str:
    """Return the part of a `next` frame before the result; after the result comes `}`."""
    return f'{{"id":{_json(operation_id)},"type":"next","payload":'


def complete(operation_id: str) -> str:
    return f'{{"id":{_json(operation_id)},"type":"complete"}}'


def error(operation_id: str, errors: list[dict[str, object]]) -> str:
    return f'{{"id":{_json(operation_id)},"type":"error","payload":{_json(errors)}}}'


def _members(text: str | None) -> dict[str, object]:
    if text is None:
        raise Malformed
    try:
        said: object = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise Malformed from fault
    if not isinstance(said, dict):
        raise Malformed
    return cast("dict[str, object]", said)


def _payload(said: dict[str, object]) -> dict[str, object]:
    payload = said.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise Malformed
    return cast("dict[str, object]", payload)


def _id(said: dict[str, object]) -> str:
    found = said.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= ID_CHARACTERS:
        raise Malformed
    return found


def _request(said: dict[str, object]) -> Request:
    try:
        request = request_from(said.get("payload"))
    except Invalid as fault:
        raise Malformed from fault
    if request.query is None and request.document_id is None and request.extensions is None:
        raise Malformed
    return request


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
