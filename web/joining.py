"""/join/{token} and /join: the page where an invitation is accepted. Without JavaScript.

The link in a letter holds a token. Opening it changes nothing: it puts the token into a cookie of this page
alone, and leads there. Only the form accepts.
"""

from time import monotonic

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models.buckets import Buckets
from models.errors import Conflict, DeskError, RateLimited, Unauthenticated
from realtime.cookies import cookie, invitation_cookie, is_secure
from resolvers import invitations
from settings import settings
from web.bodies import form_of
from web.errors import headers_of, status_of
from web.joining_page import Answer, ended_page, invitation_page, joined_page
from web.origins import check_origin
from web.sessions import remember
from web.ticket_links import HEADERS, TOO_OFTEN, UNNAMED

PATH = "/join"
FORM_BYTES = 16 * 1024
LOOK, TRY = 1, 5  # requests of an unauthenticated address that each counts for


def joining_routes() -> list[Route]:
    """Return the routes, with buckets of their own that hold what each address may still do."""
    buckets = Buckets(burst=settings.anonymous_burst, per_second=settings.anonymous_per_second)

    async def open_link(request: Request) -> Response:
        _spend(buckets, request, LOOK)
        return await _exchanged(request.path_params["token"])

    async def show(request: Request) -> Response:
        _spend(buckets, request, LOOK)
        return await _shown(_token(request), Answer())

    async def accept(request: Request) -> Response:
        check_origin(request)
        _spend(buckets, request, TRY)
        fields = await form_of(request, most=FORM_BYTES)
        return await _accepted(request, fields.get("name", ""), fields.get("password", ""))

    return [
        Route(PATH + "/{token}", open_link),
        Route(PATH, show),
        Route(PATH, accept, methods=["POST"]),
    ]


async def _exchanged(token: str) -> Response:
    """Return what puts the token into its cookie and leads to the page."""
    try:
        await invitations.asked(token)
    except Unauthenticated:
        return _ended()
    answer = RedirectResponse(PATH, 303, headers=UNNAMED)
    answer.set_cookie(
        invitation_cookie(), token, path=PATH, secure=is_secure(), httponly=True, samesite="lax"
    )
    return answer


async def _accepted(request: Request, name: str, password: str) -> Response:
    token, address = _token(request), request.client.host if request.client else "unknown"
    try:
        secret = await invitations.accept(token, name, password, address)
    except DeskError as refusal:
        return await _shown(token, Answer(name, refusal.message), refusal)
    answer = HTMLResponse(joined_page(), headers=HEADERS)
    remember(answer, secret)
    answer.delete_cookie(invitation_cookie(), path=PATH, secure=is_secure(), httponly=True, samesite="lax")
    return answer


async def _shown(token: str, answer: Answer, refusal: DeskError | None = None) -> Response:
    """Return the page of the invitation, with what was wrong with the answer."""
    try:
        asked = await invitations.asked(token)
    except Unauthenticated:
        return _ended()
    status = 200 if refusal is None else status_of(refusal)
    headers = HEADERS | (headers_of(refusal) if isinstance(refusal, RateLimited | Conflict) else {})
    return HTMLResponse(invitation_page(asked, answer), status, headers=headers)


def _ended() -> Response:
    """Return the one answer to whoever has no valid invitation, whatever is wrong with it."""
    return HTMLResponse(ended_page(), 404, headers=UNNAMED)


def _token(request: Request) -> str:
    return cookie(request.headers.get("cookie"), invitation_cookie()) or ""


def _spend(buckets: Buckets, request: Request, points: int) -> None:
    address = request.client.host if request.client else "unknown"
    wait_seconds = buckets.take(address, points, monotonic())
    if wait_seconds > 0:
        raise RateLimited(TOO_OFTEN, retry_seconds=wait_seconds)
