"""What goes back over HTTP: a result or a refusal, its status, its headers."""

from dataclasses import dataclass, field
from math import ceil

import orjson
from starlette.types import Send

from models.errors import DeskError, RateLimited
from realtime.requests import Refused
from schema.errors import MASKED, masked
from schema.negotiation import RESPONSE_JSON

STATUSES = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "RATE_LIMITED": 429,
    "SERVICE_UNAVAILABLE": 503,
}


@dataclass(frozen=True)
class Answer:
    """One HTTP response, before it is sent."""

    status: int
    body: bytes
    media: str
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def send(self, send: Send, request_id: str) -> None:
        headers = {
            "content-type": f"{self.media}; charset=utf-8",
            "content-length": str(len(self.body)),
            "cache-control": "no-store",
            "vary": "Accept",
            "x-content-type-options": "nosniff",
            "x-request-id": request_id,
            **self.headers,
        }
        raw = [(name.encode(), text.encode("latin-1")) for name, text in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


def of_refusal(refused: Refused, media: str, headers: dict[str, str]) -> Answer:
    """Return the answer to a request that never ran.

    A request that GraphQL turns down has status 400 in the new media type, and 200 in plain JSON,
    whose clients read the body only then. What is wrong on HTTP's level has its status in both.
    """
    status = refused.status or (400 if media == RESPONSE_JSON else 200)
    return Answer(status, orjson.dumps({"errors": refused.errors}), media, headers)


def of_desk_error(error: DeskError, media: str) -> Answer:
    """Return the answer to a caller whom the face did not let in, or not now."""
    headers: dict[str, str] = {}
    if isinstance(error, RateLimited):
        headers["retry-after"] = str(max(1, ceil(error.retry_seconds)))
    status = STATUSES.get(error.code, 400)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Answer(status, _one_error(error.message, {"code": error.code}), media, headers)


def of_bug(bug: Exception, media: str) -> Answer:
    """Return the answer that stands for a bug of ours, which is logged whole."""
    return Answer(500, _one_error(MASKED, masked(bug)), media)


def _one_error(message: str, extensions: dict[str, object]) -> bytes:
    return orjson.dumps({"errors": [{"message": message, "extensions": extensions}]})
