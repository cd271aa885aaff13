"""Which pages may use a browser's cookies here: ours, and no foreign one."""

from starlette.requests import Request

from models.errors import Forbidden
from realtime.handshake import origin_is_ours, own_origins


def check_origin(request: Request) -> None:
    """Refuse with Forbidden a request that a foreign page made a browser send."""
    is_foreign = request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
    is_unnamed = "origin" not in request.headers
    if (is_foreign and is_unnamed) or not origin_is_ours(request.headers, own_origins()):
        raise Forbidden("A foreign page may not do this.")
