"""The links in letters: a token that is exchanged for a cookie of one ticket's page, and what that opens.

Opening a link changes nothing: mail servers look behind links before people do. It puts the token into a
cookie of that page alone, and leads there. The cookie is worth what the token is: nothing, once that ended.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.actors import Actor
from models.buckets import Buckets
from models.errors import RateLimited, Unauthenticated
from realtime.cookies import cookie, is_secure
from resolvers import tracking
from resolvers.tracking import Place
from settings import settings
from web.security import policy
from web.tracking_page import gone_page

SECONDS_A_DAY = 24 * 60 * 60
LOOK, WRITE = 1, 5  # requests of an unauthenticated address that each counts for
TOO_OFTEN = "That was a lot in a short time. Wait a moment, then try again."
HEADERS = {
    "content-security-policy": policy(default_src="'none'", style_src="'self'"),
    "x-robots-tag": "noindex, nofollow",
}
UNNAMED = HEADERS | {"referrer-policy": "no-referrer"}
"""For addresses that may hold a token. A page with a form cannot have it: see `web/security.py`."""


@dataclass(frozen=True)
class TicketLink:
    """A kind of link: under which path its pages are, in which cookie its token, and who knows that.

    `recognize` is for who looks ahead; `authenticate` for who looks: by it, the address proves itself.
    """

    folder: str
    cookie: Callable[[], str]
    recognize: Callable[[str], Awaitable[Actor]]
    authenticate: Callable[[str], Awaitable[Actor]]

    async def exchanged(self, token: str) -> Response:
        """Return what puts the token into its cookie and leads to the page."""
        try:
            place = await tracking.place_of(await self.recognize(token))
        except Unauthenticated:
            return gone()
        answer = RedirectResponse(self.path(place), 303, headers=UNNAMED)
        answer.set_cookie(
            self.cookie(),
            token,
            max_age=settings.session_days * SECONDS_A_DAY,
            path=self.path(place),
            secure=is_secure(),
            httponly=True,
            samesite="lax",
        )
        return answer

    async def customer(self, request: Request) -> Actor | None:
        """Return the customer whose ticket's page this is; None when the browser has no cookie of it."""
        know = self.recognize if request.method == "HEAD" else self.authenticate
        try:
            actor = await know(self.token(request))
        except Unauthenticated:
            return None
        return actor if place_of(request) in await tracking.places_of(actor) else None

    def token(self, request: Request) -> str:
        """Return what the browser's cookie of this page holds, nothing where it has none."""
        return cookie(request.headers.get("cookie"), self.cookie()) or ""

    def path(self, place: Place) -> str:
        """Return the path of the ticket's page."""
        return f"/{self.folder}/{place.slug}/{place.reference}"


def place_of(request: Request) -> Place:
    """Return which ticket's page is asked for."""
    return Place(**request.path_params)


def gone() -> Response:
    """Return the one answer to whoever has no way to a ticket, whatever it is that they lack."""
    return HTMLResponse(gone_page(), 404, headers=UNNAMED)


def spend(buckets: Buckets, request: Request, points: int) -> None:
    """Count a request of this address. Refuses with RateLimited when it has had too many."""
    address = request.client.host if request.client else "unknown"
    wait_seconds = buckets.take(address, points, monotonic())
    if wait_seconds > 0:
        raise RateLimited(TOO_OFTEN, retry_seconds=wait_seconds)
