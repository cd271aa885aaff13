"""/inbound: mail that another program hands over by HTTP, with an API key."""

from collections.abc import Callable
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.actors import Actor
from models.buckets import Buckets
from models.errors import Invalid, RateLimited, Unauthenticated
from models.permissions import Permission
from models.workspaces import Workspace
from resolvers import access, keys, mails
from resolvers.mails import Arrival
from settings import settings
from web.bodies import body_of

TYPE = "message/rfc822"
KEY_MISSING = "Please send an API key as `Authorization: Bearer …`."
TOO_OFTEN = "Too many requests. Please wait a little."


def inbound_routes(address_of: Callable[[Workspace], str]) -> list[Route]:
    """Return the route, with buckets of its own. `address_of` tells where a workspace takes mail."""
    tries = Buckets(burst=settings.anonymous_burst, per_second=settings.anonymous_per_second)

    async def take(request: Request) -> Response:
        """Store the mail, and answer 202 with its id; one that came before has the same."""
        actor = await _authenticated(request, tries)
        actor.require(Permission.CREATE)
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != TYPE:
            raise HTTPException(415, f"Send the whole mail as {TYPE}.")
        source = await body_of(request, most=settings.mail_bytes)
        if not source:
            raise Invalid("The mail is empty.")
        mailbox = address_of(await access.workspace(actor))
        mail_id = await mails.receive(actor, Arrival(mailbox, source))
        return JSONResponse({"id": str(mail_id)}, 202)

    return [Route("/inbound", take, methods=["POST"])]


async def _authenticated(request: Request, tries: Buckets) -> Actor:
    """Return who calls; each key that is not right costs its address a try."""
    address = request.client.host if request.client else "unknown"
    if tries.left(address, monotonic()) < 1:
        raise RateLimited(TOO_OFTEN)
    try:
        return await keys.authenticate(_key(request))
    except Unauthenticated:
        tries.take(address, 1, monotonic())
        raise


def _key(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(KEY_MISSING)
    return secret.strip()
