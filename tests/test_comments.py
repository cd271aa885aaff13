"""Replies, notes and what customers write."""

import cast
import pytest

from models.errors import Forbidden, NotFound
from models.ticket_enums import Channel, Status
from resolvers import access, comments, tickets, tokens
from schema.nodes import id_of


async def test_a_reply_sets_the_first_response_once_and_takes_the_ticket_up(ada, ticket):
    await comments.reply(ada.actor, ticket.id, "We are on our way.")
    first = await access.tickets(ada.actor).get(id=ticket.id)

    await comments.reply(ada.actor, ticket.id, "Nearly there.")

    second = await access.tickets(ada.actor).get(id=ticket.id)
    assert first.status is Status.IN_PROGRESS
    assert first.first_response_at is not None
    assert second.first_response_at == first.first_response_at


async def test_a_note_never_reaches_the_customer(ada, ticket):
    await comments.note(ada.actor, ticket.id, "He is always so impatient.")

    token = await cast.token_of(ticket, ada.actor)

    carl = await tokens.authenticate(token)
    assert await access.comments(carl).count() == 0
    assert [event.kind for event in await access.events(carl).order_by("seq")] == ["CREATED"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.OPEN, Status.OPEN),
        (Status.IN_PROGRESS, Status.IN_PROGRESS),
        (Status.WAITING, Status.IN_PROGRESS),
        (Status.RESOLVED, Status.OPEN),
        (Status.CLOSED, Status.OPEN),
    ],
)
async def test_a_message_of_the_customer_wakes_the_ticket(ada, ticket, before, after):
    await tickets.update(ada.actor, ticket.id, {"status": before})
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))

    await comments.customer_reply(carl, "It burns again.", Channel.PORTAL)

    assert (await access.tickets(ada.actor).get(id=ticket.id)).status is after


async def test_eve_cannot_reply_to_a_ticket_of_another_workspace(eve, ticket):
    with pytest.raises(NotFound):
        await comments.reply(eve.actor, ticket.id, "Hello.")


async def test_a_viewer_may_look_but_not_reply(vic, ticket):
    with pytest.raises(Forbidden):
        await comments.reply(vic.actor, ticket.id, "Hello.")


REPLY = """
mutation ($input: TicketReplyInput!) { ticketReply(input: $input) { errors { code path } comment { body } } }
"""


@pytest.mark.parametrize(
    ("then", "codes"),
    [
        ("nothing", []),
        ("Ada replies", []),
        ("Ada notes", []),
        ("Grace replies", ["CONFLICT"]),
        ("Grace notes", ["CONFLICT"]),
        ("Carl writes", ["CONFLICT"]),
    ],
)
async def test_a_reply_is_refused_when_others_have_commented_since_and_sent_by_force(
    web, ada, grace, ticket, then, codes
):
    seen = await comments.reply(grace.actor, ticket.id, "Seen.")
    carl = await tokens.authenticate(await cast.token_of(ticket, ada.actor))
    meanwhile = {
        "Ada replies": lambda: comments.reply(ada.actor, ticket.id, "Meanwhile."),
        "Ada notes": lambda: comments.note(ada.actor, ticket.id, "Meanwhile."),
        "Grace replies": lambda: comments.reply(grace.actor, ticket.id, "Meanwhile."),
        "Grace notes": lambda: comments.note(grace.actor, ticket.id, "Meanwhile."),
        "Carl writes": lambda: comments.customer_reply(carl, "Meanwhile.", Channel.PORTAL),
    }
    if then in meanwhile:
        await meanwhile[then]()
    values = {"ticketId": id_of(ticket), "body": "Hello.", "sinceCommentId": id_of(seen)}

    first = (await web.run(REPLY, ada.key, input=values))["ticketReply"]
    forced = (await web.run(REPLY, ada.key, input={**values, "force": True}))["ticketReply"]

    assert [error["code"] for error in first["errors"]] == codes
    assert forced == {"errors": [], "comment": {"body": "Hello."}}


async def test_the_comment_that_was_seen_is_one_of_the_same_ticket(web, ada, desk, ticket):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")
    elsewhere = await comments.note(ada.actor, other.id, "A note.")
    values = {"ticketId": id_of(ticket), "body": "Hello.", "sinceCommentId": id_of(elsewhere)}

    payload = (await web.run(REPLY, ada.key, input=values))["ticketReply"]

    assert payload["errors"] == [{"code": "NOT_FOUND", "path": ["input", "sinceCommentId"]}]
