"""How replies fare on their way to the customer: what members see, are told, and can do about it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import cast
import pytest
from mail_server import MailServer, mail_server
from office import Office, office_of, text
from running_web import RunningWeb

from jobs import work
from jobs.relay import offer_due, work_off
from models import engine
from models.comments import Comment
from models.contacts import Contact
from models.events import Event, Kind
from models.mails import MailOut, MailState
from models.ticket_enums import Channel, Status
from models.tickets import Ticket
from resolvers import comments, tickets, tokens
from schema.nodes import id_of
from settings import settings

CARL = "carl@example.org"
REFUSED = "The mail server answered 550: no such user"
THREAD = """
query ($id: ID!) { ticket(id: $id) { timeline { totalCount nodes {
  __typename
  ... on Comment { body delivery { state sentAt failure } }
  ... on TicketEvent { kind comment { body } actor { __typename } }
} } } }"""
CUSTOMERS = """
{ ticket { timeline { totalCount nodes { __typename ... on Comment { body } } } } }"""
AGAIN = """
mutation ($id: ID!, $once: String) { commentRedeliver(input: {commentId: $id, idempotencyKey: $once}) {
  comment { body delivery { state failure } } ticket { reference } eventCursor errors { code path }
} }"""
CHANGED = """
subscription ($id: ID!) { ticketChanged(ticketId: $id) {
  event { kind comment { delivery { state failure } } }
} }"""
ADDED = "subscription { commentAdded { type comment { body } } }"


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
async def mx(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        monkeypatch.setattr(settings, "smtp_url", f"smtp://127.0.0.1:{server.port}")
        yield server


@pytest.fixture
async def refused(mx: MailServer, ada: cast.Somebody, ticket: Ticket) -> Comment:
    """Ada's reply, which Carl's mail server has refused."""
    await work_off()
    mx.answers[CARL] = REFUSED.removeprefix("The mail server answered ").replace(":", "")
    reply = await comments.reply(ada.actor, ticket.id, "Use the extinguisher.")
    await work_off()
    mx.answers.clear()
    mx.taken.clear()
    return reply


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that are run from now on."""
    heard: list[str] = []
    engine.watchers.append(heard.append)
    yield heard
    engine.watchers.remove(heard.append)


async def thread(web: RunningWeb, somebody: cast.Somebody, ticket: Ticket) -> list[dict[str, Any]]:
    data = await web.run(THREAD, somebody.key, id=id_of(ticket))
    timeline = data["ticket"]["timeline"]
    assert timeline["totalCount"] == len(timeline["nodes"])
    return timeline["nodes"]


async def redeliver(web: RunningWeb, somebody: cast.Somebody, comment: Comment, once: str = "a key"):
    return (await web.run(AGAIN, somebody.key, id=id_of(comment), once=once))["commentRedeliver"]


async def test_a_reply_is_on_its_way_and_then_sent(web, mx, ada, ticket):
    await work_off()
    await comments.reply(ada.actor, ticket.id, "Use the extinguisher.")
    before = (await thread(web, ada, ticket))[-1]["delivery"]

    await work_off()

    after = (await thread(web, ada, ticket))[-1]["delivery"]
    assert before is None
    assert (after["state"], after["failure"]) == ("SENT", None)
    assert after["sentAt"] is not None


async def test_a_reply_whose_mail_is_tried_again_later_is_still_on_its_way(web, mx, ada, ticket):
    mx.answers[CARL] = "452 mailbox is full"
    await comments.reply(ada.actor, ticket.id, "Use the extinguisher.")

    await work_off()

    delivery = (await thread(web, ada, ticket))[-1]["delivery"]
    assert delivery == {"state": "QUEUED", "sentAt": None, "failure": None}


async def test_a_reply_that_was_refused_says_why_and_stands_in_the_thread_once(web, refused, ada, ticket):
    nodes = await thread(web, ada, ticket)

    assert [node.get("body") or node["kind"] for node in nodes] == [
        "CREATED",
        "Use the extinguisher.",
        "DELIVERY_FAILED",
    ]
    assert nodes[1]["delivery"] == {"state": "FAILED", "sentAt": None, "failure": REFUSED}
    assert (nodes[2]["comment"], nodes[2]["actor"]) == ({"body": "Use the extinguisher."}, None)


async def test_what_was_not_mailed_has_no_delivery(web, office, ada, ticket, clock):
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))
    await comments.note(ada.actor, ticket.id, "Between us.")
    await comments.customer_reply(carl, "Hurry.", Channel.PORTAL)
    await tickets.update(ada.actor, ticket.id, {"status": Status.CLOSED})
    clock.move(days=20)
    confirmed = await comments.customer_reply(carl, "It burns again.", Channel.PORTAL)

    await work_off()

    follow_up = await Ticket.get(workspace_id=ada.actor.workspace_id, id=confirmed.ticket_id)
    nodes = [*await thread(web, ada, ticket), *await thread(web, ada, follow_up)]
    assert [node["delivery"] for node in nodes if node["__typename"] == "Comment"] == [None, None, None]


async def test_the_states_of_a_whole_thread_are_read_by_one_statement(web, office, ada, ticket, statements):
    for number in range(5):
        await comments.reply(ada.actor, ticket.id, f"{number}")
    await work_off()
    statements.clear()

    await thread(web, ada, ticket)

    assert len([each for each in statements if "mail_out" in each]) == 1


async def test_members_who_watch_are_told_at_once_that_a_letter_failed(web, mx, ada, grace, ticket):
    mx.answers[CARL] = "550 no such user"
    await work_off()
    await comments.reply(ada.actor, ticket.id, "Use the extinguisher.")

    async with web.socket(grace.key) as socket:
        watching = await socket.subscribe(CHANGED, id=id_of(ticket))
        await web.joined(1)
        await work_off()
        told = await socket.next(watching)

    assert told["data"]["ticketChanged"]["event"] == {
        "kind": "DELIVERY_FAILED",
        "comment": {"delivery": {"state": "FAILED", "failure": REFUSED}},
    }


async def test_a_letter_that_failed_is_no_new_comment(web, mx, ada, ticket):
    mx.answers[CARL] = "550 no such user"
    await work_off()
    start = await web.cursor(ada.key)
    await comments.reply(ada.actor, ticket.id, "First.")
    await work_off()
    await comments.reply(ada.actor, ticket.id, "Second.")
    replaying = ADDED.replace("commentAdded", f'commentAdded(after: "{start}")')

    async with web.socket(ada.key) as socket:
        live = await socket.subscribe(ADDED)
        replayed = await socket.subscribe(replaying)
        told = [await socket.next(replayed) for _ in range(2)]
        await web.joined(2)
        await work_off()
        await comments.reply(ada.actor, ticket.id, "Third.")
        told.append(await socket.next(live))

    bodies = [each["data"]["commentAdded"]["comment"]["body"] for each in told]
    assert bodies == ["First.", "Second.", "Third."]


async def test_a_letter_that_is_held_is_told_too(web, mx, ada, ticket):
    await work_off()
    await comments.reply(ada.actor, ticket.id, "Use the extinguisher.")
    [notify] = await offer_due()
    await work.work(notify.workspace_id, notify.outbox_id)
    await tickets.update(ada.actor, ticket.id, {"is_internal": True})

    await work_off()

    nodes = await thread(web, ada, ticket)
    assert nodes[1]["delivery"]["state"] == "HELD"
    assert nodes[-1]["kind"] == "DELIVERY_FAILED"


async def test_the_customer_learns_nothing_of_their_mails_failing(web, refused, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)

    timeline = (await web.run(CUSTOMERS, token, path="/public/graphql"))["ticket"]["timeline"]

    assert [node["__typename"] for node in timeline["nodes"]] == ["StatusChange", "Comment"]
    assert timeline["totalCount"] == 2


async def test_a_refused_reply_can_be_sent_again(web, refused, mx, ada, ticket):
    payload = await redeliver(web, ada, refused)

    await work_off()

    assert payload["comment"] == {
        "body": "Use the extinguisher.",
        "delivery": {"state": "QUEUED", "failure": None},
    }
    assert (payload["ticket"]["reference"], payload["errors"]) == (ticket.reference, [])
    assert "Use the extinguisher." in text(mx.taken[0])
    nodes = await thread(web, ada, ticket)
    assert nodes[1]["delivery"]["state"] == "SENT"
    assert nodes[-1]["kind"] == "REDELIVERED"


async def test_it_is_sent_once_however_often_it_is_asked_for(web, refused, mx, ada, grace):
    first, again = [await redeliver(web, ada, refused, "a key") for _ in range(2)]
    other = await redeliver(web, grace, refused, "another")

    await work_off()

    assert len(mx.taken) == 1
    assert first == again
    assert [error["code"] for error in other["errors"]] == ["CONFLICT"]


async def test_a_reply_that_is_refused_again_can_be_sent_again(web, refused, mx, ada):
    mx.answers[CARL] = "550 still nobody"
    await redeliver(web, ada, refused, "first")
    await work_off()
    mx.answers.clear()

    await redeliver(web, ada, refused, "second")

    await work_off()
    assert len(mx.taken) == 1


async def test_it_goes_to_the_address_that_the_customer_has_by_now(web, refused, mx, ada, desk):
    await Contact.filter(workspace_id=desk.acme.id, id=desk.carl.id).update(email="carl@right.example")

    await redeliver(web, ada, refused)

    await work_off()
    assert [letter["To"].addresses[0].addr_spec for letter in mx.taken] == ["carl@right.example"]


@pytest.mark.parametrize("state", [MailState.QUEUED, MailState.SENT, MailState.HELD])
async def test_only_what_has_failed_is_sent_again(web, refused, ada, state):
    await MailOut.filter(workspace_id=ada.actor.workspace_id, comment_id=refused.id).update(state=state)

    payload = await redeliver(web, ada, refused)

    assert [error["code"] for error in payload["errors"]] == ["CONFLICT"]
    assert (payload["comment"], payload["eventCursor"]) == (None, None)


async def test_a_note_is_never_sent(web, office, ada, ticket):
    note = await comments.note(ada.actor, ticket.id, "Between us.")

    payload = await redeliver(web, ada, note)

    assert [error["code"] for error in payload["errors"]] == ["CONFLICT"]


async def test_eve_can_neither_see_nor_send_it_again(web, refused, eve):
    payload = await redeliver(web, eve, refused)

    seen = await web.run("query ($id: ID!) { node(id: $id) { id } }", eve.key, id=id_of(refused))
    mail = await MailOut.get(workspace_id=refused.workspace_id, comment_id=refused.id)
    again = Event.filter(workspace_id=refused.workspace_id, kind=Kind.REDELIVERED)
    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]
    assert seen == {"node": None}
    assert (mail.state, await again.count()) == (MailState.FAILED, 0)


async def test_a_viewer_sees_that_it_failed_and_cannot_send_it_again(web, refused, vic, ticket):
    payload = await redeliver(web, vic, refused)

    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
    assert (await thread(web, vic, ticket))[1]["delivery"]["failure"] == REFUSED
