"""The page where a customer rates, by the link in a letter: without JavaScript, and never by looking."""

import re
from collections.abc import AsyncIterator
from html import escape, unescape

import cast
import httpx
import pytest
from running_web import RunningWeb
from web_client import client_of

from models.clock import now
from models.events import Kind
from models.tickets import Ticket
from models.tokens import TicketToken
from resolvers import access, comments, resolutions, tickets, tokens
from settings import settings
from web.satisfaction import satisfaction_routes

PAGE = "/rate/acme/TKT-0001"
GONE = "This link is not valid"
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\n</textarea>&amp;'


@pytest.fixture
async def link(ada: cast.Somebody, ticket: Ticket) -> str:
    """The link in the letter that says that Carl's ticket is resolved."""
    await resolutions.resolve(ada.actor, ticket.id, {})
    return f"/rate/{await survey_of(ticket, ada)}"


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


async def survey_of(ticket: Ticket, by: cast.Somebody) -> str:
    assert ticket.contact_id is not None
    return await tokens.survey_token(by.actor, ticket.id, ticket.contact_id)


async def rate(browser: httpx.AsyncClient, **fields: object) -> httpx.Response:
    """Send the form of the page."""
    headers = {"origin": str(browser.base_url).rstrip("/")}
    return await browser.post(PAGE, data=fields, headers=headers)


async def rated(ada: cast.Somebody) -> list[tuple[int | None, str | None]]:
    """Return what every ticket of Ada's workspace was rated, and how often that was recorded."""
    count = await access.events(ada.actor).filter(kind=Kind.RATED).count()
    rows = await access.tickets(ada.actor).order_by("id")
    return [(row.customer_score, row.customer_remark) for row in rows if row.customer_score] * count


def chosen_in(page: httpx.Response) -> list[str]:
    """Return the scores that are chosen on the page."""
    return re.findall(r'value="(\d)" required checked', page.text)


async def test_the_link_leads_to_the_page_by_a_cookie_of_that_page_alone(browser, link):
    opened = await browser.get(link)

    cookie = opened.headers["set-cookie"]
    assert (opened.status_code, opened.headers["location"]) == (303, PAGE)
    assert cookie.startswith("deskwire-survey=") and f"Path={PAGE}" in cookie
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert opened.headers["referrer-policy"] == "no-referrer"


async def test_a_customer_rates_and_changes_what_they_said(carl, ada):
    empty = await carl.get(PAGE)
    sent = await rate(carl, score=2, remark=" Slow.\r\nVery. ")
    thanks = await carl.get(sent.headers["location"])
    await rate(carl, score=4, remark="")

    assert (chosen_in(empty), chosen_in(thanks)) == ([], ["2"])
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}?sent")
    assert "Thank you. You can change this for 14 days." in thanks.text
    assert "\nSlow.\nVery.</textarea>" in thanks.text
    assert await rated(ada) == [(4, None)] * 2


@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_whoever_looks_ahead_records_nothing(carl, ada, desk, link, method):
    for path in (link, PAGE, f"{PAGE}?score=1&remark=x", f"{link}?score=1", f"{PAGE}?sent"):
        await carl.request(method, path)

    assert await rated(ada) == []
    assert await access.head(ada.actor) == 2
    proved = (await access.contacts(ada.actor).get(id=desk.carl.id)).proved_at
    assert (proved is None) is (method == "HEAD")


async def test_the_page_has_a_group_of_radio_buttons_each_with_its_label(carl):
    page = await carl.get(PAGE)

    assert "<legend>How satisfied are you with our help?</legend>" in page.text
    for score in range(1, 6):
        assert f'id="score-{score}" name="score" value="{score}"' in page.text
        assert re.search(rf'<label for="score-{score}">{score} · \w', page.text)
    assert '<label for="remark">' in page.text
    assert "<title>How did we do? TKT-0001 · Acme</title>" in page.text


async def test_the_page_may_run_nothing_and_is_found_by_no_search(carl):
    page = await carl.get(PAGE)

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';") and "'unsafe-inline'" not in policy
    assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("score", ["", "0", "6", "5 ", "five", "\N{ARABIC-INDIC DIGIT FIVE}", None])
async def test_without_a_score_the_page_says_so_and_keeps_the_remark(carl, ada, score):
    page = await rate(carl, remark="Nice.", **({} if score is None else {"score": score}))

    assert page.status_code == 400
    assert page.text.count("Please choose a score first.") == 2
    assert '<a href="#score-1">' in page.text and "<title>Error: " in page.text
    assert "\nNice.</textarea>" in page.text
    assert await rated(ada) == []


async def test_a_remark_that_is_too_long_is_kept_on_the_page_with_the_score(carl, ada):
    page = await rate(carl, score=3, remark="x" * 2001)

    assert (page.status_code, chosen_in(page)) == (400, ["3"])
    assert '<a href="#remark">The remark has at most 2,000 characters.</a>' in page.text
    assert await rated(ada) == []


async def test_a_form_that_is_too_large_is_not_read(carl, ada):
    page = await rate(carl, score=3, remark="x" * settings.body_bytes)

    assert (page.status_code, "Your remark is too long" in page.text) == (413, True)
    assert await rated(ada) == []


async def test_what_people_wrote_stays_text(carl, ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"title": EVIL.replace("\n", " ")})

    pages = [
        await rate(carl, remark=EVIL),
        await carl.get((await rate(carl, score=1, remark=EVIL)).headers["location"]),
    ]

    for page in pages:
        assert not re.search(r"<(script|img)|</textarea>&amp;", page.text)
        assert "style=" not in page.text
        assert escape(EVIL) in page.text


async def test_after_fourteen_days_the_page_says_that_a_rating_stands(carl, ada, clock):
    await rate(carl, score=2, remark="Slow & late.")
    clock.move(days=14, seconds=1)

    looked = await carl.get(PAGE)
    tried = await rate(carl, score=5)

    for page, status in ((looked, 200), (tried, 409)):
        text = unescape(page.text)
        assert page.status_code == status
        assert "That time is over" in text and "2 · Not satisfied" in text and "Slow & late." in text
        assert "<form" not in text
    assert await rated(ada) == [(2, "Slow & late.")]


async def test_what_was_not_resolved_yet_is_not_rated(browser, ada, ticket):
    await browser.get(f"/rate/{await survey_of(ticket, ada)}")

    looked = await browser.get(PAGE)
    tried = await rate(browser, score=5)

    assert (looked.status_code, tried.status_code) == (200, 409)
    assert "can be rated once it is resolved" in looked.text and "<form" not in looked.text
    assert await rated(ada) == []


async def test_every_way_to_have_no_survey_is_answered_alike(browser, desk, ada, ticket, link):
    hidden = await cast.ticket_of(desk.carl, ada.actor, "Hidden")
    revoked = await cast.ticket_of(desk.carl, ada.actor, "Revoked")
    links = [f"/rate/{await survey_of(each, ada)}" for each in (hidden, revoked)]
    others = [
        await cast.token_of(ticket, ada.actor),
        await tokens.reply_token(ada.actor, ticket.id, desk.carl.id),
    ]
    await tickets.update(ada.actor, hidden.id, {"is_internal": True})
    rows = TicketToken.filter(workspace_id=ada.actor.workspace_id)
    await rows.filter(ticket_id=revoked.id).update(revoked_at=now())

    paths = [*links, *(f"/rate/{token}" for token in others), "/rate/x", PAGE, "/rate/acme/TKT-9999"]
    answers = [await browser.get(path) for path in paths]
    answers += [await rate(browser, score=5), await browser.get(link.replace("/rate/", "/t/"))]

    assert {page.status_code for page in answers} == {404}
    assert len({page.text for page in answers}) == 1
    assert GONE in answers[0].text and "set-cookie" not in answers[0].headers
    assert await rated(ada) == []


@pytest.mark.parametrize("of", ["another of Carl's", "Eve's", "the tracking page"])
async def test_the_cookie_of_another_page_opens_nothing(browser, desk, ada, eve, ticket, link, of):
    if of == "the tracking page":
        token = await cast.token_of(ticket, ada.actor)
    elif of == "Eve's":
        token = await survey_of(await cast.ticket_of(await cast.dora(desk), eve.actor), eve)
    else:
        token = await survey_of(await cast.ticket_of(desk.carl, ada.actor, "Another"), ada)
    headers = {"cookie": f"deskwire-survey={token}"}

    seen = await browser.get(PAGE, headers=headers)
    written = await browser.post(PAGE, data={"score": 1}, headers=headers)

    assert (seen.status_code, written.status_code) == (404, 404)
    assert await rated(ada) == await rated(eve) == []


async def test_the_surveys_cookie_opens_neither_the_conversation_nor_the_api(web, carl, ada, ticket, link):
    token = link.removeprefix("/rate/")
    await comments.reply(ada.actor, ticket.id, "For Carl's eyes.")

    page = await carl.get("/track/acme/TKT-0001", headers={"cookie": f"deskwire-ticket={token}"})
    api = await web.post("{ ticket { title } }", token, path="/public/graphql")

    assert page.status_code == 404
    assert api["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "For Carl's eyes." not in (await carl.get(PAGE)).text


async def test_a_cookie_ends_with_its_token(carl, ada):
    await TicketToken.filter(workspace_id=ada.actor.workspace_id).update(revoked_at=now())

    assert ((await carl.get(PAGE)).status_code, (await rate(carl, score=1)).status_code) == (404, 404)
    assert await rated(ada) == []


async def test_a_foreign_page_cannot_have_a_customer_rate(carl, ada):
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        refused = await carl.post(PAGE, data={"score": 1}, headers=headers)
        assert refused.status_code == 403

    assert await rated(ada) == []


async def test_only_a_form_is_taken(carl, ada):
    json = await carl.post(PAGE, json={"score": 1})

    assert json.status_code == 415
    assert await rated(ada) == []


async def test_too_much_from_one_address_waits_and_keeps_what_was_said(ada, link, monkeypatch):
    monkeypatch.setattr(settings, "anonymous_burst", 10)
    monkeypatch.setattr(settings, "anonymous_per_second", 0.001)
    carl = client_of(satisfaction_routes(), base_url="http://desk.example")
    await carl.get(link)

    first, second = [await rate(carl, score=score, remark=f"Try {score}.") for score in (1, 2)]

    assert (first.status_code, second.status_code) == (303, 429)
    assert (chosen_in(second), "\nTry 2.</textarea>" in second.text) == (["2"], True)
    assert int(second.headers["retry-after"]) >= 1
    assert await rated(ada) == [(1, "Try 1.")]
