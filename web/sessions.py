"""/session: signing in and out in a browser."""

from time import monotonic
from typing import cast

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.actors import Actor
from models.buckets import Buckets
from models.errors import Invalid, RateLimited, Unauthenticated
from realtime.cookies import is_secure, session_cookie, session_secret
from resolvers import sessions
from settings import settings
from web.bodies import body_of
from web.origins import check_origin

BODY_BYTES = 16 * 1024
SECONDS_A_DAY = 24 * 60 * 60


def session_routes() -> list[Route]:
    """Return the routes, with buckets of their own that count the tries of each address."""
    tries = Buckets(burst=settings.anonymous_burst, per_second=settings.anonymous_per_second)

    async def sign_in(request: Request) -> Response:
        check_origin(request)
        address = request.client.host if request.client else "unknown"
        wait_seconds = tries.take(address, 1, monotonic())
        if wait_seconds > 0:
            raise RateLimited(sessions.TOO_OFTEN, retry_seconds=wait_seconds)
        fields = await _fields(request)
        email, password = _text(fields, "email"), _text(fields, "password")
        slug = _text(fields, "workspace") if fields.get("workspace") is not None else None
        secret = await sessions.sign_in(email, password, slug, address)
        await _end(request)
        return _with_cookie(secret)

    return [
        Route("/session", sign_in, methods=["POST"]),
        Route("/session", sign_out, methods=["DELETE"]),
    ]


def remember(answer: Response, secret: str) -> None:
    """Let the answer put the session's secret into the browser."""
    answer.set_cookie(
        session_cookie(),
        secret,
        max_age=settings.session_days * SECONDS_A_DAY,
        secure=is_secure(),
        httponly=True,
        samesite="lax",
    )


async def sign_out(request: Request) -> Response:
    check_origin(request)
    await _end(request)
    answer = Response(status_code=204)
    answer.delete_cookie(session_cookie(), secure=is_secure(), httponly=True, samesite="lax")
    return answer


async def _end(request: Request) -> None:
    """End the session that the browser came with, if any."""
    actor = await _actor(request)
    if actor is not None:
        await sessions.sign_out(actor)


async def _actor(request: Request) -> Actor | None:
    secret = session_secret(request.headers.get("cookie"))
    try:
        return await sessions.authenticate(secret) if secret else None
    except Unauthenticated:
        return None


def _with_cookie(secret: str) -> Response:
    answer = Response(status_code=204)
    remember(answer, secret)
    return answer


async def _fields(request: Request) -> dict[str, object]:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        fields = orjson.loads(await body_of(request, most=BODY_BYTES))
    except orjson.JSONDecodeError:
        raise Invalid("The request is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise Invalid("The request must be a JSON object.")
    return cast("dict[str, object]", fields)


def _text(fields: dict[str, object], name: str) -> str:
    found = fields.get(name)
    if not isinstance(found, str) or "\0" in found:
        raise Invalid(f"`{name}` must be a text.", path=(name,))
    return found
