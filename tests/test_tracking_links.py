"""The links to tickets: who gets in by them, into what, and that nobody who looks ahead changes anything."""

from collections.abc import AsyncIterator
from datetime import timedelta

import cast
import httpx
import pytest
from running_web import RunningWeb
from visitor import PAGE, answer, said

from models.clock import now
from models.events import Event
from models.tickets import Ticket
from models.tokens import TicketToken
from resolvers import access, tickets, tokens
from settings import settings

GONE = "This link is not valid"


@pytest.fixture
async def link(ada: cast.Somebody, ticket: Ticket) -> str:
    """The link of Carl's ticket."""
    return f"/t/{await cast.token_of(ticket, ada.actor)}"


@pytest.fixture
async def browser(web: RunningWeb) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that keeps cookies and follows nobody by itself."""
    async with httpx.AsyncClient(base_url=web.url, verify=False) as client:
        yield client


@pytest.fixture
async def carl(browser: httpx.AsyncClient, link: str) -> httpx.AsyncClient:
    """Carl's browser, in which he has opened the link."""
    await browser.get(link)
    return browser


async def test_the_link_leads_to_the_page_by_a_cookie_of_that_page_alone(browser, link):
    opened = await browser.get(link)

    cookie = opened.headers["set-cookie"]
    assert (opened.status_code, opened.headers["location"]) == (303, PAGE)
    assert f"Path={PAGE}" in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert opened.headers["referrer-policy"] == "no-referrer"


async def test_where_people_come_by_https_the_cookie_goes_by_https_only(browser, link, monkeypatch):
    monkeypatch.setattr(settings, "base_url", "https://desk.example")

    cookie = (await browser.get(link)).headers["set-cookie"]

    assert cookie.startswith("__Secure-deskwire-ticket=") and "; Secure" in cookie


async def test_every_way_to_have_no_ticket_is_answered_alike(browser, desk, ada, ticket, link):
    hidden = await cast.ticket_of(desk.carl, ada.actor, "Hidden")
    revoked = await cast.ticket_of(desk.carl, ada.actor, "Revoked")
    old = await cast.ticket_of(desk.carl, ada.actor, "Old")
    links = [f"/t/{await cast.token_of(each, ada.actor)}" for each in (hidden, revoked, old)]
    reply_token = await tokens.reply_token(ada.actor, ticket.id, desk.carl.id)
    rows = TicketToken.filter(workspace_id=ada.actor.workspace_id)
    await tickets.update(ada.actor, hidden.id, {"is_internal": True})
    await rows.filter(ticket_id=revoked.id).update(revoked_at=now())
    await rows.filter(ticket_id=old.id).update(expires_at=now() - timedelta(seconds=1))

    paths = [*links, "/t/x", f"/t/{reply_token}", "/t/%00%ff", PAGE, "/track/acme/TKT-9999", "/track/x/y"]
    answers = [await browser.get(path) for path in paths]
    answers.append(await answer(browser, "Hello?"))

    assert {page.status_code for page in answers} == {404}
    assert len({page.text for page in answers}) == 1
    assert len({tuple(sorted(set(page.headers) - {"x-request-id"})) for page in answers}) == 1
    assert GONE in answers[0].text and "set-cookie" not in answers[0].headers
    assert answers[0].headers["referrer-policy"] == "no-referrer"


async def test_a_cookie_ends_with_its_token(carl, ada):
    before = await carl.get(PAGE)

    await TicketToken.filter(workspace_id=ada.actor.workspace_id).update(revoked_at=now())

    assert (before.status_code, (await carl.get(PAGE)).status_code) == (200, 404)
    assert (await answer(carl, "Hello?")).status_code == 404
    assert await said(ada) == []


@pytest.mark.parametrize("of", ["carl", "eve"])
async def test_the_token_of_one_ticket_opens_no_other(browser, desk, ada, eve, ticket, of):
    dora = await cast.dora(desk)
    somebody, contact = {"carl": (ada, desk.carl), "eve": (eve, dora)}[of]
    other = await cast.ticket_of(contact, somebody.actor, "Another")
    token = await cast.token_of(other, somebody.actor)
    headers = {"cookie": f"deskwire-ticket={token}"}

    seen = await browser.get(PAGE, headers=headers)
    written = await browser.post(PAGE, data={"body": "Hello?"}, headers=headers)

    assert (seen.status_code, written.status_code) == (404, 404)
    assert await access.comments(somebody.actor).count() == await access.comments(ada.actor).count() == 0


async def test_one_browser_can_have_several_tickets_open(carl, desk, ada):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")
    await carl.get(f"/t/{await cast.token_of(other, ada.actor)}")

    pages = [await carl.get(f"/track/acme/{reference}") for reference in ("TKT-0001", "TKT-0002")]

    assert ["The printer is on fire" in pages[0].text, "Another" in pages[1].text] == [True, True]


async def test_a_mail_scanner_that_looks_behind_the_link_changes_nothing(web, desk, ada, link):
    before = await rows(ada)

    async with httpx.AsyncClient(base_url=web.url, verify=False) as scanner:
        looks = [await scanner.head(link), await scanner.get(link), await scanner.head(PAGE)]

    assert [look.status_code for look in looks] == [303, 303, 200]
    assert await rows(ada) == before


async def test_looking_at_the_page_proves_the_address_once_and_changes_nothing_else(carl, desk, ada):
    *before, unproved = await rows(ada)

    await carl.get(PAGE)

    *after, proved = await rows(ada)
    assert (after, unproved, proved is not None) == (before, None, True)


async def rows(ada: cast.Somebody) -> tuple[int, int, int, object]:
    """Return what a look at a ticket could change."""
    [contact] = await access.contacts(ada.actor)
    tokens = await TicketToken.filter(workspace_id=ada.actor.workspace_id).count()
    events = await Event.filter(workspace_id=ada.actor.workspace_id).count()
    return tokens, events, len(await said(ada)), contact.proved_at
