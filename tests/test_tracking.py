"""The page of a ticket for its customer: by the link in a letter, without JavaScript, and nothing else."""

import re
from collections.abc import AsyncIterator
from html import escape, unescape

import cast
import httpx
import pytest
from running_web import RunningWeb
from visitor import PAGE, answer, said
from web_client import client_of

from models.clock import now
from models.comments import Comment
from models.ticket_enums import Channel, Status
from models.tickets import Ticket
from resolvers import access, comments, tickets, tokens
from settings import settings
from web.tracking import tracking_routes

CANARY = "canary-9c41"
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\n</textarea>&amp;'


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


def key_in(page: httpx.Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page.text)
    assert found
    return found[1]


def typed_in(page: httpx.Response) -> str:
    """Return what stands in the form's field, as a browser would show it."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    assert found
    return unescape(found[1])


async def test_the_page_shows_what_was_said_in_public(carl, ada, ticket):
    await tickets.update(ada.actor, ticket.id, {"description": "It burns.\nBadly."})
    await comments.reply(ada.actor, ticket.id, "Use the\nextinguisher.", status=Status.WAITING)
    await comments.customer_reply(
        await tokens.authenticate(await cast.token_of(ticket, ada.actor)), "Done.", Channel.PORTAL
    )
    await comments.reply(ada.actor, ticket.id, "And now?", status=Status.WAITING)

    page = await carl.get(PAGE)

    found = re.findall(r'<strong dir="auto">([^<]+)</strong>|<div class="text"[^>]*>([^<]*)</div>', page.text)
    assert [author or text for author, text in found] == [
        *("It burns.\nBadly.", "Ada", "Use the\nextinguisher.", "Carl Customer", "Done.", "Ada", "And now?")
    ]
    assert "<title>TKT-0001 The printer is on fire · Acme</title>" in page.text
    assert "<strong>Waiting for you</strong>" in page.text
    assert f'<time datetime="{ticket.created_at.isoformat()}">' in page.text


async def test_a_note_never_reaches_the_page(carl, ada, ticket, olga):
    await comments.note(ada.actor, ticket.id, CANARY)
    await tickets.update(ada.actor, ticket.id, {"assignee_id": olga.member.id})
    await answer(carl, "Hello?")

    pages = [await carl.get(PAGE), await answer(carl, " "), await carl.get(f"{PAGE}?sent={CANARY}")]

    assert not [page for page in pages if CANARY in page.text or "Olga" in page.text]


async def test_what_people_wrote_stays_text(carl, ada, ticket):
    values = {"title": EVIL.replace("\n", " "), "description": EVIL}
    await tickets.update(ada.actor, ticket.id, values)  # type: ignore[arg-type]
    await comments.reply(ada.actor, ticket.id, EVIL)

    pages = [await carl.get(PAGE), await answer(carl, " ", key=EVIL), await answer(carl, EVIL * 2000)]

    for page in pages:
        assert not re.search(r"<(script|img)|</textarea>&amp;", page.text)
        assert "style=" not in page.text
    assert pages[0].text.count(escape(EVIL)) == 2
    assert typed_in(pages[2]) == EVIL * 2000


async def test_the_page_may_run_nothing_and_is_found_by_no_search(carl):
    page = await carl.get(PAGE)

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';") and "'unsafe-inline'" not in policy
    assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert (await carl.get("/tracking.css")).headers["content-type"].startswith("text/css")


async def test_an_answer_is_taken_and_shown(carl, ada):
    sent = await answer(carl, "  Line one\r\nLine two  ")
    page = await carl.get(sent.headers["location"])

    [comment] = await access.comments(ada.actor)
    assert (sent.status_code, comment.body, comment.channel) == (303, "Line one\nLine two", Channel.PORTAL)
    assert "Line one\nLine two" in page.text
    assert '<p class="sent" role="status">Your answer was sent.</p>' in page.text


async def test_a_form_that_is_sent_twice_makes_one_comment(carl, ada):
    key = key_in(await carl.get(PAGE))

    first, again = [await answer(carl, "Hello?", key=key) for _ in range(2)]

    assert first.headers["location"] == again.headers["location"]
    assert await said(ada) == ["Hello?"]


async def test_a_form_that_is_sent_again_with_other_words_keeps_them_and_asks(carl, ada):
    key = key_in(await carl.get(PAGE))
    await answer(carl, "Hello?", key=key)

    refused = await answer(carl, "Is anybody there?", key=key)
    await answer(carl, typed_in(refused), key=key_in(refused))

    assert refused.status_code == 409
    assert await said(ada) == ["Hello?", "Is anybody there?"]


async def test_an_empty_answer_is_a_problem_that_the_page_explains(carl, ada):
    page = await answer(carl, " \n ")

    assert page.status_code == 400
    assert "<title>Error: TKT-0001" in page.text
    assert '<a href="#body">Please write something first.</a>' in page.text
    assert 'aria-invalid="true" aria-describedby="fault"' in page.text
    assert await said(ada) == []


async def test_an_answer_that_is_too_large_is_not_read(carl, ada):
    page = await answer(carl, "x" * settings.body_bytes)

    assert (page.status_code, "Your answer is too long" in page.text) == (413, True)
    assert await said(ada) == []


async def test_an_answer_to_a_ticket_closed_for_long_says_that_a_new_one_began(carl, ada, ticket, clock):
    await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})
    clock.move(days=20)

    sent = await answer(carl, "It burns again.")

    page = await carl.get(sent.headers["location"])
    assert "a new one began with it" in page.text
    assert "It burns again." not in page.text
    assert await access.tickets(ada.actor).filter(follows_id=ticket.id).count() == 1


async def test_a_foreign_page_cannot_have_a_customer_write(carl, ada):
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        refused = await carl.post(PAGE, data={"body": "Spam"}, headers=headers)
        assert refused.status_code == 403

    assert await said(ada) == []


async def test_only_a_form_is_taken(carl, ada):
    json = await carl.post(PAGE, json={"body": "Hello?"})
    many = await carl.post(PAGE, data={f"field{number}": "" for number in range(30)})

    assert (json.status_code, many.status_code) == (415, 400)
    assert "too many fields" in many.text
    assert await said(ada) == []


async def test_too_much_from_one_address_waits_and_keeps_what_was_typed(ada, link, monkeypatch):
    monkeypatch.setattr(settings, "anonymous_burst", 10)
    monkeypatch.setattr(settings, "anonymous_per_second", 0.001)
    carl = client_of(tracking_routes(), base_url="http://desk.example")
    await carl.get(link)

    first, second = [await answer(carl, f"Try {number}.", key=EVIL) for number in range(2)]

    looked = [await carl.get(PAGE) for _ in range(6)]
    assert (first.status_code, second.status_code) == (303, 429)
    assert int(second.headers["retry-after"]) >= 1
    assert (typed_in(second), key_in(second)) == ("Try 1.", escape(EVIL))
    assert looked[-1].status_code == 429
    assert await said(ada) == ["Try 0."]


async def test_a_long_thread_shows_its_newest_messages(carl, desk, ada, ticket):
    await Comment.bulk_create(
        Comment(
            workspace_id=ticket.workspace_id,
            ticket_id=ticket.id,
            is_public=True,
            member_id=ada.member.id,
            channel=Channel.API,
            body=f"Message {number}.",
            created_at=now(),
        )
        for number in range(101)
    )

    page = await carl.get(PAGE)

    assert page.text.count("<li ") == 100
    assert "Older messages are not shown here." in page.text
    assert "Message 0." not in page.text and page.text.index("Message 1.") < page.text.index("Message 100.")
