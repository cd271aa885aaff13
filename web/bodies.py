"""Reading what a request brings, and no more of it than it may."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from models.errors import Invalid

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


async def body_of(request: Request, *, most: int) -> bytes:
    """Return the body. Refuses one of more than `most` bytes by 413, before it was read whole."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


async def form_of(request: Request, *, most: int) -> dict[str, str]:
    """Return the fields of a form, the last of each name. Refuses what is none by 415.

    What is no UTF-8 in them becomes replacement characters.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    text = (await body_of(request, most=most)).decode("ascii", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"))
    except ValueError:
        raise Invalid("The form has too many fields.") from None
