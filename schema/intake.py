"""Reading a GraphQL request off HTTP: a JSON body, or the query string of a GET."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from models.errors import Invalid
from realtime.requests import Refused, Request, refusal, request_from
from schema.negotiation import JSON
from settings import settings

PARAMETERS = 20  # in a query string; a request has five


class Gone(Exception):
    """The client hung up before it had sent its request."""


async def request_of(scope: Scope, receive: Receive) -> Request:
    """Return the request of this call. Raises Refused when it cannot be read as one."""
    if scope["method"] == "GET":
        return _checked(_parameters(scope["query_string"]))
    return _checked(_json(await _body(Headers(scope=scope), receive)))


def check_content_type(headers: Mapping[str, str]) -> None:
    """Refuse a body that is not plain JSON in UTF-8: no forms, no uploads, nothing compressed."""
    kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charsets = {part.removeprefix("charset=").strip('"') for part in parameters if "charset=" in part}
    is_plain = headers.get("content-encoding", "identity").lower() == "identity"
    if kind != JSON or not charsets <= {"utf-8", "utf8"} or not is_plain:
        raise refusal("Send the request as application/json in UTF-8.", "BAD_REQUEST", status=415)


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > settings.body_bytes:
        raise _too_large()
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        body += message.get("body", b"")
        if len(body) > settings.body_bytes:
            raise _too_large()
        if not message.get("more_body"):
            return bytes(body)


def _parameters(query_string: bytes) -> dict[str, object]:
    """Return what a query string holds, as a JSON body would hold it. Empty means left out."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), errors="strict", max_num_fields=PARAMETERS)
    except ValueError:
        raise _unreadable("The query string cannot be read.") from None
    found: dict[str, object] = dict(pairs)
    nested = {name: _json(text) for name, text in pairs if name in ("variables", "extensions")}
    return found | nested


def _json(text: str | bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _unreadable("The request is not valid JSON.") from None


def _checked(payload: object) -> Request:
    try:
        return request_from(payload)
    except Invalid as invalid:
        raise _unreadable(invalid.message) from None


def _unreadable(message: str) -> Refused:
    return refusal(message, "BAD_REQUEST", status=400)


def _too_large() -> Refused:
    message = f"The request body is larger than {settings.body_bytes} bytes."
    return refusal(message, "PAYLOAD_TOO_LARGE", status=413)
