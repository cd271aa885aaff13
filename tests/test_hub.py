"""Equal subscriptions share one execution, and nobody else's."""

import asyncio

import cast
import pytest

from resolvers import comments, tickets
from resolvers.tickets import NewTicket
from schema import execution, face
from schema.nodes import id_of

TOLD = (
    "subscription ($id: ID, $after: EventCursor) { commentAdded(ticketId: $id, after: $after) { type %s } }"
)
EVERYTHING, LESS = TOLD % "comment { body } eventCursor", TOLD % "eventCursor"
WATCHERS = 12


@pytest.fixture
def executions(monkeypatch) -> list[str]:
    """The text of each document that is executed, as it happens."""
    texts: list[str] = []

    async def counted(schema, prepared, **options):
        texts.append(prepared.text)
        return await execution.execute_event(schema, prepared, **options)

    monkeypatch.setattr(face, "execute_event", counted)
    return texts


async def test_an_event_is_executed_once_for_all_who_ask_the_same(web, ada, grace, ticket, executions):
    async with asyncio.TaskGroup() as watchers:
        told = [
            watchers.create_task(_first(web, who.key, EVERYTHING)) for who in [ada, grace] * (WATCHERS // 2)
        ]
        await web.joined(WATCHERS)

        await comments.reply(ada.actor, ticket.id, "We are on our way.")

    assert executions == [EVERYTHING]
    assert {each.result() for each in told} == {"We are on our way."}
    assert web.parts.hub.group_count == 0, "the last one has gone"


async def test_two_documents_do_not_share(web, ada, ticket, executions):
    async with web.socket(ada.key) as socket:
        first, second = await socket.subscribe(EVERYTHING), await socket.subscribe(LESS)
        await web.joined(2)

        await comments.reply(ada.actor, ticket.id, "We are on our way.")

        told = [(await socket.next(each))["data"]["commentAdded"] for each in (first, second)]
    assert sorted(executions) == sorted([EVERYTHING, LESS])
    assert [set(each) for each in told] == [{"type", "comment", "eventCursor"}, {"type", "eventCursor"}]


async def test_two_tickets_do_not_share(web, desk, ada, ticket):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")
    async with web.socket(ada.key) as socket:
        watching = [await socket.subscribe(EVERYTHING, id=id_of(each)) for each in (ticket, other)]
        await web.joined(2)

        await comments.reply(ada.actor, ticket.id, "On the first.")
        await comments.reply(ada.actor, other.id, "On the second.")

        told = [(await socket.next(each))["data"]["commentAdded"] for each in watching]
    assert [each["comment"]["body"] for each in told] == ["On the first.", "On the second."]


async def test_who_may_do_more_does_not_share_with_who_may_less(web, ada, vic, ticket):
    may = TOLD % "ticket { viewerCanUpdate }"
    async with web.socket(ada.key) as adas, web.socket(vic.key) as vics:
        watching = [await adas.subscribe(may), await vics.subscribe(may)]
        await web.joined(2)

        await comments.reply(ada.actor, ticket.id, "We are on our way.")

        told = [await adas.next(watching[0]), await vics.next(watching[1])]
    assert [each["data"]["commentAdded"]["ticket"]["viewerCanUpdate"] for each in told] == [True, False]


async def test_rights_are_part_of_what_is_asked_even_where_the_document_does_not_show_them(
    web, ada, vic, ticket
):
    async with web.socket(ada.key) as adas, web.socket(vic.key) as vics:
        await adas.subscribe(EVERYTHING)
        await vics.subscribe(EVERYTHING)
        await web.joined(2)

        assert web.parts.hub.group_count == 2


async def test_workspaces_do_not_share_though_all_else_is_equal(web, olga, eve, ticket):
    assert olga.actor.permissions == eve.actor.permissions
    own = await tickets.create(eve.actor, NewTicket("Of Globex"))
    async with web.socket(olga.key) as olgas, web.socket(eve.key) as eves:
        watching = [await olgas.subscribe(EVERYTHING), await eves.subscribe(EVERYTHING)]
        await web.joined(2)

        await comments.reply(olga.actor, ticket.id, "For Acme.")
        await comments.reply(eve.actor, own.id, "For Globex.")

        told = [await olgas.next(watching[0]), await eves.next(watching[1])]
    bodies = [each["data"]["commentAdded"]["comment"]["body"] for each in told]
    assert bodies == ["For Acme.", "For Globex."]


async def test_a_cursor_is_no_reason_not_to_share(web, ada, grace, ticket, executions):
    cursor = await web.cursor(ada.key)
    async with web.socket(ada.key) as adas, web.socket(grace.key) as graces:
        watching = [await adas.subscribe(EVERYTHING), await graces.subscribe(EVERYTHING, after=cursor)]
        await web.joined(2)

        await comments.reply(ada.actor, ticket.id, "We are on our way.")

        told = [await adas.next(watching[0]), await graces.next(watching[1])]
        assert web.parts.hub.group_count == 1
    assert told[0] == told[1]
    assert executions == [EVERYTHING]


async def _first(web, key: str, query: str) -> str:
    async with web.socket(key) as socket:
        told = (await socket.next(await socket.subscribe(query)))["data"]["commentAdded"]
    return told["comment"]["body"]
