"""/rate/{token} and /rate/…: the page where a customer says how satisfied they are. Without JavaScript.

Looking at it records nothing: mail servers look behind links, and into forms, before people do.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models.actors import Actor
from models.buckets import Buckets
from models.errors import Conflict, DeskError, Invalid
from models.satisfaction import Rating
from realtime.cookies import survey_cookie
from resolvers import satisfaction, tokens, tracking
from settings import settings
from web.bodies import form_of
from web.errors import headers_of, status_of
from web.origins import check_origin
from web.satisfaction_page import Draft, closed_page, survey_page, too_long_page, unsent_page
from web.ticket_links import HEADERS, LOOK, WRITE, TicketLink, gone, spend

LINK = TicketLink("rate", survey_cookie, tokens.recognize_survey, tokens.authenticate_survey)


def satisfaction_routes() -> list[Route]:
    """Return the routes, with buckets of their own that hold what each address may still do."""
    buckets = Buckets(burst=settings.anonymous_burst, per_second=settings.anonymous_per_second)

    async def open_link(request: Request) -> Response:
        spend(buckets, request, LOOK)
        return await LINK.exchanged(request.path_params["token"])

    async def show(request: Request) -> Response:
        spend(buckets, request, LOOK)
        actor = await LINK.customer(request)
        return gone() if actor is None else await _shown(actor, is_sent="sent" in request.query_params)

    async def answer(request: Request) -> Response:
        check_origin(request)
        try:
            fields = await form_of(request, most=settings.body_bytes)
        except HTTPException as refusal:
            if refusal.status_code != 413:
                raise
            return HTMLResponse(too_long_page(), 413, headers=HEADERS)
        draft = Draft(_score(fields.get("score", "")), fields.get("remark", ""))
        try:
            spend(buckets, request, WRITE)
            actor = await LINK.customer(request)
            return gone() if actor is None else await _taken(actor, draft)
        except DeskError as refusal:
            headers = HEADERS | headers_of(refusal)
            return HTMLResponse(unsent_page(draft, refusal.message), status_of(refusal), headers=headers)

    return [
        Route("/rate/{token}", open_link),
        Route("/rate/{slug}/{reference}", show),
        Route("/rate/{slug}/{reference}", answer, methods=["POST"]),
    ]


async def _taken(actor: Actor, draft: Draft) -> Response:
    """Take what the customer says. Said twice, it is said once."""
    if draft.score is None:
        return await _shown(actor, draft.refused("Please choose a score first."), status=400)
    try:
        await satisfaction.rate(actor, Rating(score=draft.score, remark=draft.remark))
    except (Invalid, Conflict) as refusal:
        return await _shown(actor, draft.refused(refusal.message), status=status_of(refusal))
    return RedirectResponse(f"{LINK.path(await tracking.place_of(actor))}?sent", 303, headers=HEADERS)


async def _shown(
    actor: Actor, draft: Draft | None = None, *, status: int = 200, is_sent: bool = False
) -> Response:
    survey = await satisfaction.survey(actor)
    if survey.refusal is not None:
        return HTMLResponse(closed_page(survey, survey.refusal), status, headers=HEADERS)
    ticket = survey.ticket
    shown = draft or Draft(ticket.customer_score, ticket.customer_remark or "")
    return HTMLResponse(survey_page(survey, shown, is_sent=is_sent), status, headers=HEADERS)


def _score(text: str) -> int | None:
    """Return the score that a form says, None where it says none."""
    return int(text) if text in ("1", "2", "3", "4", "5") else None
