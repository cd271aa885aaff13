"""What the customer of a duplicate sees and does: by their link, by the public API, by mail."""

from collections.abc import AsyncIterator

import cast
import httpx
import pytest
from office import Office, office_of
from postbox import letter, letter_id, listening, placed, post, said_on
from running_web import RunningWeb
from visitor import PAGE, answer

from models.contacts import Contact
from models.mails import MailOutcome
from models.ticket_enums import Channel, Status
from models.tickets import Ticket
from resolvers import access, comments, merges, tokens
from settings import settings

PUBLIC = "/public/graphql"
TICKET = """{ ticket { reference status timeline { nodes {
  ... on Comment { body } ... on StatusChange { before after } } } } }"""
ADDED = "subscription ($after: EventCursor) { commentAdded(after: $after) { type comment { body } } }"
OTHER = "/track/acme/TKT-0002"


@pytest.fixture
async def browser(web: RunningWeb) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that keeps cookies and follows nobody by itself."""
    async with httpx.AsyncClient(base_url=web.url, verify=False) as client:
        yield client


@pytest.fixture
async def primary(desk: cast.Desk, ticket: Ticket) -> Ticket:
    """Carl's other ticket, TKT-0002, which stays when TKT-0001 joins it."""
    return await cast.duplicate_of(ticket, desk.ada.actor, merged=False)


@pytest.fixture
async def dora(desk: cast.Desk) -> Contact:
    """Another customer of Acme."""
    return await Contact.create(
        workspace_id=desk.acme.id, name="Dora", email="dora@example.org", created_at=desk.carl.created_at
    )


async def test_the_link_of_a_duplicate_leads_to_the_ticket_that_stays(browser, ada, ticket, primary):
    link = f"/t/{await cast.token_of(ticket, ada.actor)}"
    await comments.reply(ada.actor, ticket.id, "On our way.")
    await merges.merge(ada.actor, primary.id, ticket.id)

    opened = await browser.get(link)
    page = await browser.get(opened.headers["location"])

    assert (opened.headers["location"], page.status_code) == (OTHER, 200)
    assert "TKT-0002" in page.text and "On our way." in page.text


async def test_a_page_that_was_open_leads_on_after_the_merge(browser, ada, ticket, primary):
    await browser.get(f"/t/{await cast.token_of(ticket, ada.actor)}")
    await merges.merge(ada.actor, primary.id, ticket.id)

    led = await browser.get(PAGE)

    assert (led.status_code, led.headers["location"]) == (303, OTHER)
    assert (await browser.get(OTHER)).status_code == 200


async def test_a_form_that_was_open_is_taken_on_the_ticket_that_stays(browser, ada, ticket, primary):
    await browser.get(f"/t/{await cast.token_of(ticket, ada.actor)}")
    await merges.merge(ada.actor, primary.id, ticket.id)

    sent = await answer(browser, "Hurry.")

    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}?sent=here")
    assert "Hurry." in await said_on(primary)


async def test_another_customers_link_shows_only_their_own_closed_ticket(browser, web, ada, dora, primary):
    hers = await cast.ticket_of(dora, ada.actor, "Dora's printer")
    token = await cast.token_of(hers, ada.actor)
    await comments.reply(ada.actor, hers.id, "On our way, Dora.")
    await comments.reply(ada.actor, primary.id, "On our way, Carl.")
    await merges.merge(ada.actor, primary.id, hers.id, across_customers=True)

    led = (await browser.get(f"/t/{token}")).headers["location"]
    page = await browser.get(led)
    seen = (await web.run(TICKET, token, path=PUBLIC))["ticket"]

    assert led == f"/track/acme/{hers.reference}"
    assert "Closed" in page.text and "Carl" not in page.text and primary.reference not in page.text
    assert seen == {
        "reference": hers.reference,
        "status": "CLOSED",
        "timeline": {
            "nodes": [{"before": None, "after": "OPEN"}, {"before": "IN_PROGRESS", "after": "CLOSED"}]
        },
    }


async def test_what_another_customer_writes_lands_on_the_ticket_that_stays(ada, dora, primary):
    hers = await cast.ticket_of(dora, ada.actor, "Dora's printer")
    await merges.merge(ada.actor, primary.id, hers.id, across_customers=True)
    writer = await tokens.authenticate(await cast.token_of(hers, ada.actor))

    comment = await comments.customer_reply(writer, "Hello?", Channel.PORTAL)

    assert (comment.ticket_id, comment.contact_id) == (primary.id, dora.id)


async def test_what_another_customer_writes_too_late_begins_a_ticket_of_their_own(ada, dora, primary, clock):
    hers = await cast.ticket_of(dora, ada.actor, "Dora's printer")
    await merges.merge(ada.actor, primary.id, hers.id, across_customers=True)
    await comments.reply(ada.actor, primary.id, "Done.", status=Status.CLOSED)
    writer = await tokens.authenticate(await cast.token_of(hers, ada.actor))
    clock.move(days=15)

    comment = await comments.customer_reply(writer, "Hello?", Channel.PORTAL)

    begun = await access.tickets(ada.actor).get(id=comment.ticket_id)
    assert (begun.contact_id, begun.follows_id) == (dora.id, primary.id)


@pytest.mark.parametrize("is_live", [True, False])
async def test_the_notes_about_a_merge_reach_no_customer(web, ada, dora, primary, is_live):
    hers = await cast.ticket_of(dora, ada.actor, "Dora's printer")
    token = await cast.token_of(hers, ada.actor)
    cursor = await web.cursor(token, path=PUBLIC)

    async def happens() -> None:
        await merges.merge(ada.actor, primary.id, hers.id, across_customers=True)
        await merges.unmerge(ada.actor, hers.id)
        await comments.reply(ada.actor, hers.id, "Hello.")

    if not is_live:
        await happens()
    async with web.socket(token, path=PUBLIC) as socket:
        watching = await socket.subscribe(ADDED, after=cursor)
        if is_live:
            await web.joined(1)
            await happens()
        told = (await socket.next(watching))["data"]["commentAdded"]

    assert told == {"type": "EVENT", "comment": {"body": "Hello."}}
    assert "merged" not in str(await web.run(TICKET, token, path=PUBLIC))


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    office = office_of(desk, database_url, tmp_path, monkeypatch)
    monkeypatch.setattr(settings, "base_url", "http://localhost:8000")
    return office


@pytest.mark.parametrize("way", ["reply address", "In-Reply-To"])
async def test_mail_to_any_merged_ticket_reaches_the_live_one(office, desk, ada, ticket, primary, way):
    last = await cast.duplicate_of(ticket, ada.actor, merged=False)
    token = await tokens.reply_token(ada.actor, ticket.id, ticket.contact_id)
    ours = await letter_id(desk.acme.id, ticket.id)
    await merges.merge(ada.actor, primary.id, ticket.id)
    await merges.merge(ada.actor, last.id, primary.id)

    async with listening() as port:
        if way == "reply address":
            await post(port, letter(to=f"r-{token}@localhost"))
        else:
            await post(port, letter(in_reply_to=ours))
        [mail] = await placed(desk.acme.id)

    assert (mail.outcome, mail.ticket_id) == (MailOutcome.THREADED, last.id)
    assert "It burns." in await said_on(last)
