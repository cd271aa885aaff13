"""/t/{token} and /track/…: the page of one ticket, for its customer. Without JavaScript."""

from pathlib import Path
from secrets import token_urlsafe

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models.actors import Actor
from models.buckets import Buckets
from models.errors import Conflict, DeskError, Invalid
from models.ticket_enums import Channel
from realtime.cookies import ticket_cookie
from resolvers import comments, tokens, tracking
from resolvers.perform import Intent, perform
from resolvers.tracking import Place
from settings import settings
from web.bodies import form_of
from web.errors import headers_of, status_of
from web.origins import check_origin
from web.ticket_links import HEADERS, LOOK, WRITE, TicketLink, gone, place_of, spend
from web.tracking_page import Draft, Sent, ticket_page, too_long_page, unsent_page

SHEET = Path(__file__).parent / "tracking.css"
LINK = TicketLink("track", ticket_cookie, tokens.recognize, tokens.authenticate)


def tracking_routes() -> list[Route]:
    """Return the routes, with buckets of their own that hold what each address may still do."""
    buckets = Buckets(burst=settings.anonymous_burst, per_second=settings.anonymous_per_second)

    async def open_link(request: Request) -> Response:
        spend(buckets, request, LOOK)
        return await LINK.exchanged(request.path_params["token"])

    async def show(request: Request) -> Response:
        spend(buckets, request, LOOK)
        actor = await LINK.customer(request)
        if actor is None:
            return gone()
        if await tracking.place_of(actor) != place_of(request):
            return await LINK.exchanged(LINK.token(request))  # it was merged since
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
            spend(buckets, request, WRITE)
            actor = await LINK.customer(request)
            return gone() if actor is None else await _taken(actor, place_of(request), draft)
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
    return RedirectResponse(f"{LINK.path(place)}?sent={sent}", 303, headers=HEADERS)


async def _shown(actor: Actor, draft: Draft, *, status: int = 200, sent: str | None = None) -> Response:
    tracked = await tracking.tracked(actor)
    return HTMLResponse(ticket_page(tracked, draft, sent), status, headers=HEADERS)


def _fresh_key() -> str:
    return token_urlsafe(16)
