"""/attachments/…: the bytes of a file, by a signed link. PUT brings them, GET reads them.

Whoever holds the link may: who gets one is decided where it is given out. What comes is never run here:
a browser is told to save it, or shows one of a few kinds of picture, in a sandbox.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from models import clock
from models.attachment_links import PATH, Link, Use, checked_link
from models.attachments import Attachment
from models.errors import Conflict, DeskError, NotFound
from models.media_types import is_image, served
from resolvers import attachments
from web.errors import answer_refusal

PLACE = f"{PATH}/{{workspace}}/{{attachment}}"
HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",  # a link is enough, wherever a page shows the picture
    "x-robots-tag": "noindex, nofollow",
}
TWICE = "This file is being uploaded already."

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()+,=@-]")


def attachment_routes() -> list[Route]:
    """Return the routes. Of the uploads of one file a process takes one at a time."""
    under_way: set[int] = set()

    async def upload(request: Request) -> Response:
        try:
            link = _link(request, Use.UPLOAD)
            if link.attachment_id in under_way:
                raise Conflict(TWICE)
            under_way.add(link.attachment_id)
            try:
                row = await _received(request, link)
            finally:
                under_way.discard(link.attachment_id)
        except DeskError as refusal:
            answer = await answer_refusal(request, refusal)
            answer.headers["connection"] = "close"  # what else would come is not read
            return answer
        return JSONResponse({"bytes": row.bytes, "mediaType": row.media_type, "sha256": row.sha256}, 201)

    return [Route(PLACE, upload, methods=["PUT"]), Route(PLACE, show)]


async def show(request: Request) -> Response:
    """Answer with the file."""
    link = _link(request, Use.DOWNLOAD, Use.PREVIEW)
    row, pieces = await attachments.readable(link.workspace_id, link.attachment_id)
    inline = link.use is Use.PREVIEW and is_image(row.media_type)
    return StreamingResponse(pieces, headers=_headers(row, inline=inline))


def disposition(name: str, *, inline: bool) -> str:
    """Return the Content-Disposition of a file of this name: ASCII, and by RFC 5987 the name itself."""
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{_UNSAFE.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _received(request: Request, link: Link) -> Attachment:
    length = request.headers.get("content-length", "")
    return await attachments.receive(
        link.workspace_id,
        link.attachment_id,
        request.stream(),
        length=int(length) if length.isdecimal() else None,
    )


def _link(request: Request, *uses: Use) -> Link:
    """Return the link that was called. Refuses with NotFound one that is good for something else only."""
    place, said = request.path_params, request.query_params
    words = (said.get("use", ""), said.get("expires", ""), said.get("signature", ""))
    link = checked_link(place["workspace"], place["attachment"], *words, now=clock.now())
    if link.use not in uses:
        raise NotFound(f"This link is not for {request.method}.")
    return link


def _headers(row: Attachment, *, inline: bool) -> Mapping[str, str]:
    return HEADERS | {
        "content-type": served(row.media_type),
        "content-length": str(row.bytes),
        "content-disposition": disposition(row.name, inline=inline),
    }
