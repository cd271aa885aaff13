"""A customer at a browser: the page of their ticket, and what they write there."""

import cast
import httpx

from resolvers import access

PAGE = "/track/acme/TKT-0001"


async def answer(browser: httpx.AsyncClient, body: str, **fields: str) -> httpx.Response:
    """Send the form of the page."""
    headers = {"origin": str(browser.base_url).rstrip("/")}
    return await browser.post(PAGE, data={"body": body} | fields, headers=headers)


async def said(ada: cast.Somebody) -> list[str]:
    """Return what was said in Ada's workspace."""
    return [row.body for row in await access.comments(ada.actor).order_by("id")]
