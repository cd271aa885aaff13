"""Resuming: no hole, no repetition, nothing foreign, whatever happens to the socket."""

import asyncio
import itertools
from random import Random
from typing import Any

import cast
import pytest
from follower import Follower
from running_web import SECONDS, GraphSocket, RunningWeb

from models.actors import Actor
from models.events import Event
from models.ticket_enums import Channel, Priority
from models.tickets import Ticket
from realtime import streams
from resolvers import change, comments, tickets, tokens
from resolvers.tickets import NewTicket
from schema.cursors import event_cursor
from schema.ids import global_id
from schema.nodes import id_of
from settings import settings

CHANGES = """
subscription ($ticketId: ID, $after: EventCursor) {
  ticketChanged(ticketId: $ticketId, after: $after) { type eventCursor event { id } ticket { title } }
}"""
COMMENTS = """
subscription ($ticketId: ID, $after: EventCursor) {
  commentAdded(ticketId: $ticketId, after: $after) { type eventCursor comment { id } ticket { title } }
}"""
CUSTOMERS = """
subscription ($after: EventCursor) { commentAdded(after: $after) { type eventCursor comment { id body } } }"""
REPLY = """
mutation ($ticketId: ID!, $body: String!) {
  ticketReply(input: {ticketId: $ticketId, body: $body}) { eventCursor comment { id } }
}"""
CUTS = 200
SEED = 20261124


async def test_two_hundred_cuts_under_load_lose_and_repeat_nothing(web, desk, ada, eve):
    mine = [await cast.ticket_of(desk.carl, ada.actor, f"Ticket {nth}") for nth in range(4)]
    followers = await _followers(web, desk, ada, mine)
    theirs = await tickets.create(eve.actor, NewTicket("Elsewhere"))
    over, dice = asyncio.Event(), Random(SEED)

    async with asyncio.TaskGroup() as all_at_once:
        all_at_once.create_task(_write(desk.ada.actor, mine, over))
        all_at_once.create_task(_write(desk.grace.actor, mine, over))
        all_at_once.create_task(_write(eve.actor, [theirs], over))
        await asyncio.gather(*(each.be_cut(CUTS // len(followers), dice) for each in followers))
        over.set()

    for follower, expected in zip(followers, await _expected(desk, mine), strict=True):
        await follower.catch_up(len(expected))
        assert follower.told == expected
        assert len(expected) > 50
    assert sum(each.cuts for each in followers) == CUTS
    await _nothing_is_executed_any_more()


async def test_a_cursor_older_than_the_window_gives_one_reset_and_then_what_comes(
    web, ada, ticket, monkeypatch
):
    monkeypatch.setattr(settings, "resume_events", 2)
    monkeypatch.setattr(settings, "resume_hours", 0)
    cursor = await web.cursor(ada.key)
    await _replies(ada, ticket, 3)

    async with web.socket(ada.key) as socket:
        watching = await socket.subscribe(CHANGES, after=cursor)
        reset = (await socket.next(watching))["data"]["ticketChanged"]
        head = await web.cursor(ada.key)
        await _replies(ada, ticket, 1)
        then = (await socket.next(watching))["data"]["ticketChanged"]

    assert reset == {"type": "RESET", "eventCursor": head, "event": None, "ticket": None}
    assert (then["type"], then["event"]["id"]) == ("EVENT", await _newest(ada))


@pytest.mark.parametrize(("events", "hours"), [(3, 0), (0, 24)])
async def test_a_cursor_is_resumed_that_is_near_enough_in_events_or_in_hours(
    web, ada, ticket, monkeypatch, events, hours
):
    monkeypatch.setattr(settings, "resume_events", events)
    monkeypatch.setattr(settings, "resume_hours", hours)
    cursor = await web.cursor(ada.key)
    await _replies(ada, ticket, 3)

    async with web.socket(ada.key) as socket:
        watching = await socket.subscribe(CHANGES, after=cursor)
        told = [(await socket.next(watching))["data"]["ticketChanged"]["type"] for _ in range(3)]

    assert told == ["EVENT", "EVENT", "EVENT"]


async def test_a_long_absence_is_told_in_several_reads_of_the_log(web, ada, ticket, monkeypatch):
    monkeypatch.setattr(streams, "BATCH", 2)
    cursor = await web.cursor(ada.key)
    await _replies(ada, ticket, 5)

    follower = Follower(web, ada.key, CHANGES, cursor, lambda message: message["event"]["id"])
    await follower.catch_up(5)

    log = await Event.filter(workspace_id=ada.actor.workspace_id, seq__gt=1).order_by("seq")
    assert follower.told == [id_of(event) for event in log]


@pytest.mark.parametrize("path", ["/graphql", "/public/graphql"])
async def test_a_cursor_from_the_future_gives_a_reset(web, ada, ticket, path):
    token = await cast.token_of(ticket, ada.actor)
    key, query, actor = (
        (ada.key, CHANGES, ada.actor)
        if path == "/graphql"
        else (token, CUSTOMERS, await tokens.authenticate(token))
    )

    async with web.socket(key, path=path) as socket:
        watching = await socket.subscribe(query, after=event_cursor(actor, 10**6))
        [message] = (await socket.next(watching))["data"].values()

    assert (message["type"], message["eventCursor"]) == ("RESET", await web.cursor(key, path=path))


async def test_who_writes_can_listen_from_what_the_mutation_answered(web, ada, grace, ticket):
    await _replies(grace, ticket, 1)
    mine = (await web.run(REPLY, ada.key, ticketId=id_of(ticket), body="Mine"))["ticketReply"]
    theirs = await comments.reply(grace.actor, ticket.id, "Theirs")

    async with web.socket(ada.key) as socket:
        watching = await socket.subscribe(COMMENTS, after=mine["eventCursor"])
        told = (await socket.next(watching))["data"]["commentAdded"]

    assert told["comment"] == {"id": id_of(theirs)}


async def test_a_quiet_subscription_is_told_where_the_log_stands_and_resumes_from_there(
    web, desk, ada, ticket, monkeypatch
):
    monkeypatch.setattr(settings, "bookmark_seconds", 0.05)
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")
    async with web.socket(ada.key) as socket:
        watching = await socket.subscribe(CHANGES, ticketId=id_of(ticket))
        await web.joined(1)
        await _replies(ada, other, 3)
        bookmark = await _bookmark_at(socket, watching, await web.cursor(ada.key))
    monkeypatch.setattr(settings, "resume_events", 1)
    monkeypatch.setattr(settings, "resume_hours", 0)
    await _replies(ada, ticket, 1)

    async with web.socket(ada.key) as socket:
        watching = await socket.subscribe(CHANGES, ticketId=id_of(ticket), after=bookmark["eventCursor"])
        told = (await socket.next(watching))["data"]["ticketChanged"]

    assert (bookmark["event"], bookmark["ticket"]) == (None, None)
    assert (told["type"], told["event"]["id"]) == ("EVENT", await _newest(ada))


async def test_no_bookmark_leads_back_behind_the_cursor_that_somebody_came_with(
    web, ada, grace, ticket, monkeypatch
):
    monkeypatch.setattr(settings, "bookmark_seconds", 0.05)
    monkeypatch.setattr(settings, "poll_seconds", 60)
    async with web.socket(grace.key) as early, web.socket(ada.key) as late:
        await early.subscribe(CHANGES, ticketId=id_of(ticket))
        await web.joined(1)
        monkeypatch.setattr(change, "ring", lambda workspace_id, seq: None)
        await _replies(ada, ticket, 1)
        cursor = await web.cursor(ada.key)
        watching = await late.subscribe(CHANGES, ticketId=id_of(ticket), after=cursor)
        await web.joined(2)
        await early.next("1")
        await early.next("1")
        web.parts.bus.ring(ada.actor.workspace_id, 2)

        told = (await late.next(watching))["data"]["ticketChanged"]

    assert (told["type"], told["eventCursor"]) == ("BOOKMARK", cursor)


async def _followers(
    web: RunningWeb, desk: cast.Desk, ada: cast.Somebody, mine: list[Ticket]
) -> list[Follower]:
    """Return one for everything, one for one ticket, one for all comments, and the customer of a ticket."""
    token, cursor = await cast.token_of(mine[0], ada.actor), await web.cursor(ada.key)
    public = "/public/graphql"
    return [
        Follower(web, desk.vic.key, CHANGES, cursor, lambda m: m["event"]["id"]),
        Follower(
            web,
            desk.olga.key,
            CHANGES,
            cursor,
            lambda m: m["event"]["id"],
            variables={"ticketId": id_of(mine[1])},
        ),
        Follower(web, desk.grace.key, COMMENTS, cursor, lambda m: m["comment"]["id"]),
        Follower(
            web,
            token,
            CUSTOMERS,
            await web.cursor(token, path=public),
            lambda m: m["comment"]["id"],
            path=public,
        ),
    ]


async def _expected(desk: cast.Desk, mine: list[Ticket]) -> list[list[str]]:
    """Return what each of the followers has to have been told, by what stands in the log."""
    log = await Event.filter(workspace_id=desk.acme.id, seq__gt=len(mine)).order_by("seq")
    assert [event.seq for event in log] == list(range(len(mine) + 1, len(mine) + 1 + len(log)))
    said = [event for event in log if event.comment_id is not None]
    return [
        [id_of(event) for event in log],
        [id_of(event) for event in log if event.ticket_id == mine[1].id],
        [global_id("Comment", event.comment_id) for event in said],
        [
            global_id("Comment", event.comment_id)
            for event in said
            if event.ticket_id == mine[0].id and event.kind != "NOTED"
        ],
    ]


async def _write(actor: Actor, mine: list[Ticket], over: asyncio.Event) -> None:
    """Reply, take notes, write as the customer and edit, one ticket after the other, until it is over."""
    for nth, ticket in zip(itertools.count(), itertools.cycle(mine)):
        await comments.reply(actor, ticket.id, f"Reply {nth}")
        await comments.note(actor, ticket.id, f"Note {nth}")
        await tickets.update(actor, ticket.id, {"priority": list(Priority)[nth % 4]})
        if ticket.contact_id is not None:
            customer = await tokens.authenticate(await cast.token_of(ticket, actor))
            await comments.customer_reply(customer, f"Answer {nth}", Channel.PORTAL)
        if over.is_set():
            return
        await asyncio.sleep(0.01)  # so that the followers can keep up


async def _nothing_is_executed_any_more() -> None:
    """Wait for the end of the tasks that execute events for subscribers."""
    async with asyncio.timeout(SECONDS):
        while [task for task in asyncio.all_tasks() if "_Group" in str(task.get_coro())]:
            await asyncio.sleep(0.005)


async def _replies(by: cast.Somebody, ticket: Ticket, count: int) -> None:
    for nth in range(count):
        await comments.reply(by.actor, ticket.id, f"Reply {nth}")


async def _newest(by: cast.Somebody) -> str:
    newest = await Event.filter(workspace_id=by.actor.workspace_id).order_by("-seq").first()
    assert newest is not None
    return id_of(newest)


async def _bookmark_at(socket: GraphSocket, watching: str, cursor: str) -> dict[str, Any]:
    """Wait for the bookmark that stands at the cursor."""
    async with asyncio.timeout(SECONDS):
        while True:
            message = (await socket.next(watching))["data"]["ticketChanged"]
            assert message["type"] == "BOOKMARK"
            if message["eventCursor"] == cursor:
                return message
