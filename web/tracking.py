"""/t/{token} and /track/…: the page of one ticket, for its customer. Without JavaScript.

The link in a letter holds a token. Opening it changes nothing: it puts the token into a cookie of that
ticket's page alone, and leads there. The cookie is worth what the token is: nothing, once that has ended.
"""

from pathlib import Path
from secrets import token_urlsafe
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models.actors import Actor
from models.buckets import Buckets
from models.errors import Conflict, DeskError, Invalid, RateLimited, Unauthenticated
from models.ticket_enums import Channel
from realtime.cookies import cookie, is_secure, ticket_cookie
from resolvers import comments, tokens, tracking
from resolvers.perform import Intent, perform
from resolvers.tracking import Place
from settings import settings
from web.bodies import form_of
from web.errors import headers_of, status_of
from web.origins import check_origin
from web.security import policy
from web.tracking_page import Draft, Sent, gone_page, ticket_page, too_long_page, unsent_page

SHEET = Path(__file__).parent / "tracking.css"
SECONDS_A_DAY = 24 * 60 * 60
LOOK, WRITE = 1, 5  # requests of an unauthenticated address that each counts for
TOO_OFTEN = "That was a lot in a short time. Wait a moment, then try again."
HEADERS = {
    "content-security-policy": policy(default_src="'none'", style_src="'self'"),
    "x-robots-tag": "noindex, nofollow",
}
UNNAMED = HEADERS | {"referrer-policy": "no-referrer"}
"""For addresses that may hold a token. A page with a form cannot have it: see `web/security.py`."""


def tracking_routes() -> list[Route]:
    """Return the routes, with buckets of their own that hold what each address may still do."""
    buckets = Buckets(burst=settings.anonymous_burst, per_second=settings.anonymous_per_second)

    async def open_link(request: Request) -> Response:
        _spend(buckets, request, LOOK)
        return await _exchanged(request.path_params["token"])

    async def show(request: Request) -> Response:
        _spend(buckets, request, LOOK)
        actor = await _customer(request)
        if actor is None:
            return _gone()
        if await tracking.place_of(actor) != _place(request):
            return await _exchanged(_token(request))  # it was merged since
        return await _shown(actor, Draft(_fresh_key()), sent=request.query_params.get("sent"))

    async def answer(request: Request) -> Response:
        check_origin(request)
        try:
            fields = await form_of(request, most=settings.body_bytes)
        except HTTPException as refusal:
            if refusal.status_code != 413:
                raise
            return HTMLResponse(too_long_page(), 413, headers=HEADERS)
        draft = Draft(fields.get("key") or _fresh_key(), fields.get("body", ""))
        try:
            _spend(buckets, request, WRITE)
            actor = await _customer(request)
            return _gone() if actor is None else await _taken(actor, _place(request), draft)
        except DeskError as refusal:
            headers = HEADERS | headers_of(refusal)
            return HTMLResponse(unsent_page(draft, refusal.message), status_of(refusal), headers=headers)

    return [
        Route("/t/{token}", open_link),
        Route("/track/{slug}/{reference}", show),
        Route("/track/{slug}/{reference}", answer, methods=["POST"]),
        Route("/tracking.css", show_sheet),
    ]


async def show_sheet(request: Request) -> Response:
    return FileResponse(SHEET)


async def _exchanged(token: str) -> Response:
    """Return what puts the token into its cookie and leads to the page. Changes nothing: mail servers
    look behind links before people do."""
    try:
        place = await tracking.place_of(await tokens.recognize(token))
    except Unauthenticated:
        return _gone()
    answer = RedirectResponse(_path(place), 303, headers=UNNAMED)
    answer.set_cookie(
        ticket_cookie(),
        token,
        max_age=settings.session_days * SECONDS_A_DAY,
        path=_path(place),
        secure=is_secure(),
        httponly=True,
        samesite="lax",
    )
    return answer


async def _customer(request: Request) -> Actor | None:
    """Return the customer whose ticket's page this is; None when the browser has no cookie of it."""
    know = tokens.recognize if request.method == "HEAD" else tokens.authenticate
    try:
        actor = await know(_token(request))
    except Unauthenticated:
        return None
    return actor if _place(request) in await tracking.places_of(actor) else None


def _place(request: Request) -> Place:
    return Place(**request.path_params)


def _token(request: Request) -> str:
    return cookie(request.headers.get("cookie"), ticket_cookie()) or ""


async def _taken(actor: Actor, place: Place, draft: Draft) -> Response:
    """Take what the customer wrote, once for each form that they were shown."""
    intent = Intent("track", {"body": draft.body}, draft.key)
    try:
        done = await perform(
            actor, intent, lambda: comments.customer_reply(actor, draft.body, Channel.PORTAL)
        )
    except (Invalid, Conflict) as refusal:
        again = Draft(_fresh_key(), draft.body, refusal.message)
        return await _shown(actor, again, status=status_of(refusal))
    sent = Sent.HERE if await tracking.is_of_ticket(actor, done.row) else Sent.ANEW
    return RedirectResponse(f"{_path(place)}?sent={sent}", 303, headers=HEADERS)


async def _shown(actor: Actor, draft: Draft, *, status: int = 200, sent: str | None = None) -> Response:
    tracked = await tracking.tracked(actor)
    return HTMLResponse(ticket_page(tracked, draft, sent), status, headers=HEADERS)


def _gone() -> Response:
    """Return the one answer to whoever has no way to a ticket, whatever it is that they lack."""
    return HTMLResponse(gone_page(), 404, headers=UNNAMED)


def _spend(buckets: Buckets, request: Request, points: int) -> None:
    address = request.client.host if request.client else "unknown"
    wait_seconds = buckets.take(address, points, monotonic())
    if wait_seconds > 0:
        raise RateLimited(TOO_OFTEN, retry_seconds=wait_seconds)


def _path(place: Place) -> str:
    return f"/track/{place.slug}/{place.reference}"


def _fresh_key() -> str:
    return token_urlsafe(16)
