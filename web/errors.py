"""Refusals and bugs, turned into HTTP answers. The one place of this face that does so."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import cast

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ExceptionHandler

from models.errors import DeskError, RateLimited

UNEXPECTED = "Unexpected error."
STATUSES = {
    "BAD_USER_INPUT": 400,
    "PAYLOAD_TOO_LARGE": 413,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "STALE_OBJECT": 409,
    "IDEMPOTENCY_KEY_REUSED": 409,
    "RATE_LIMITED": 429,
    "TIMEOUT": 503,
    "SERVICE_UNAVAILABLE": 503,
}
WORDS = {
    404: ("NOT_FOUND", "There is nothing here."),
    405: ("METHOD_NOT_ALLOWED", "This address does not take that method."),
    413: ("PAYLOAD_TOO_LARGE", "This is too large."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Send JSON, as application/json."),
}


async def answer_refusal(request: Request, refusal: Exception) -> Response:
    """Return the answer that tells a person of a DeskError."""
    assert isinstance(refusal, DeskError)
    return _answer(request, status_of(refusal), refusal.code, refusal.message, headers=headers_of(refusal))


async def answer_http(request: Request, refusal: Exception) -> Response:
    """Return the answer to what HTTP alone refuses: an unknown address, a wrong method."""
    assert isinstance(refusal, HTTPException)
    code, message = WORDS.get(refusal.status_code, ("BAD_REQUEST", "This request cannot be read."))
    if refusal.status_code == 415 and refusal.detail != HTTPStatus.UNSUPPORTED_MEDIA_TYPE.phrase:
        message = refusal.detail
    return _answer(request, refusal.status_code, code, message, headers=refusal.headers)


async def answer_bug(request: Request, bug: Exception) -> Response:
    """Return the answer that stands for a bug of ours, and the number to find it by in the logs."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    message = f"{UNEXPECTED} Tell us this number: {request_id}" if request_id else UNEXPECTED
    return _answer(request, 500, "INTERNAL_SERVER_ERROR", message)


def status_of(refusal: DeskError) -> int:
    """Return the HTTP status that goes with a refusal."""
    return STATUSES.get(refusal.code, 400)


def headers_of(refusal: DeskError) -> dict[str, str]:
    """Return the HTTP headers that go with a refusal."""
    if isinstance(refusal, RateLimited):
        return {"retry-after": str(max(1, ceil(refusal.retry_seconds)))}
    if refusal.code == "UNAUTHENTICATED":
        return {"www-authenticate": "Bearer"}
    return {}


exception_handlers = cast(
    "Mapping[type[Exception], ExceptionHandler]",
    {DeskError: answer_refusal, HTTPException: answer_http},
)
"""For Starlette's parameter of the same name. `Calls` sees to bugs, which it also logs."""


def _answer(
    request: Request, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return PlainTextResponse(message, status, headers)
    return JSONResponse({"code": code, "message": message}, status, headers)
