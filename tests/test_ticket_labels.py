"""Putting labels on tickets and taking them off."""

import asyncio

import asyncpg
import cast
import pytest

from models.database import fetch
from models.errors import NotFound
from resolvers import access, labels, ticket_labels, tickets
from schema.ids import global_id
from schema.nodes import id_of

NEW = """mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) {
  ticket { labels { name } } errors { code path } } }"""
ADD = """mutation ($input: TicketAddLabelsInput!) { ticketAddLabels(input: $input) {
  ticket { version labels { name } } errors { __typename code path } } }"""
REMOVE = """mutation ($input: TicketRemoveLabelsInput!) { ticketRemoveLabels(input: $input) {
  ticket { version labels { name } } errors { code path } } }"""
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
TIMELINE = """query ($id: ID!) { ticket(id: $id) { timeline(last: 10) { nodes {
  ... on TicketEvent { kind changes { field } addedLabels { name } removedLabels { name } } } } } }"""


async def test_labels_are_put_on_and_taken_off_in_one_event_each(web, ada, ticket):
    ids = [id_of(await cast.label(ada.actor, name)) for name in ("b", "a", "c")]
    on = id_of(ticket)

    added = await web.run(ADD, ada.key, input={"ticketId": on, "labelIds": [*ids[:2], ids[0]]})
    again = await web.run(ADD, ada.key, input={"ticketId": on, "labelIds": ids})
    removed = await web.run(REMOVE, ada.key, input={"ticketId": on, "labelIds": ids[1:]})

    assert added["ticketAddLabels"]["ticket"] == {"version": 2, "labels": [{"name": "a"}, {"name": "b"}]}
    assert again["ticketAddLabels"]["ticket"]["version"] == 3
    assert removed["ticketRemoveLabels"]["ticket"] == {"version": 4, "labels": [{"name": "b"}]}
    nodes = (await web.run(TIMELINE, ada.key, id=on))["ticket"]["timeline"]["nodes"]
    shown = [(node["addedLabels"], node["removedLabels"]) for node in nodes[1:]]
    assert [node["kind"] for node in nodes] == ["CREATED", *["LABELED"] * 3]
    assert all(node["changes"] == [] for node in nodes)
    assert shown == [
        ([{"name": "b"}, {"name": "a"}], []),
        ([{"name": "c"}], []),
        ([], [{"name": "a"}, {"name": "c"}]),
    ]


async def test_what_changes_no_label_is_no_event(web, ada, ticket):
    label = id_of(await cast.label(ada.actor, "a"))
    await web.run(ADD, ada.key, input={"ticketId": id_of(ticket), "labelIds": [label]})
    before = await web.cursor(ada.key)

    again = await web.run(ADD, ada.key, input={"ticketId": id_of(ticket), "labelIds": [label]})
    none = await web.run(ADD, ada.key, input={"ticketId": id_of(ticket), "labelIds": []})
    other = id_of(await cast.label(ada.actor, "b"))
    gone = await web.run(REMOVE, ada.key, input={"ticketId": id_of(ticket), "labelIds": [other]})

    versions = [again["ticketAddLabels"], none["ticketAddLabels"], gone["ticketRemoveLabels"]]
    assert [payload["ticket"]["version"] for payload in versions] == [2, 2, 2]
    assert await web.cursor(ada.key) == before


async def test_an_event_leaves_out_a_label_that_is_gone(web, ada, olga, ticket):
    label = await cast.label(ada.actor, "a")
    await ticket_labels.add_labels(ada.actor, ticket.id, [label.id])

    await labels.delete(olga.actor, label.id)

    nodes = (await web.run(TIMELINE, ada.key, id=id_of(ticket)))["ticket"]["timeline"]["nodes"]
    assert nodes[-1] == {"kind": "LABELED", "changes": [], "addedLabels": [], "removedLabels": []}


async def test_20_labels_go_on_at_once_and_50_on_a_ticket(web, ada, ticket):
    ids = [id_of(await cast.label(ada.actor, f"{nth:02}")) for nth in range(51)]

    async def add(wanted: list[str]) -> list[str]:
        payload = await web.run(ADD, ada.key, input={"ticketId": id_of(ticket), "labelIds": wanted})
        return [error["code"] for error in payload["ticketAddLabels"]["errors"]]

    assert await add(ids[:21]) == ["BAD_USER_INPUT"]
    assert [await add(part) for part in (ids[:20], ids[20:40], ids[40:50])] == [[], [], []]
    assert await add(ids[49:]) == ["CONFLICT"]
    assert await access.ticket_labels(ada.actor).filter(ticket_id=ticket.id).count() == 50


async def test_a_ticket_is_created_with_its_labels(web, ada):
    ids = [id_of(await cast.label(ada.actor, name)) for name in ("b", "a")]

    created = await web.run(NEW, ada.key, input={"title": "Help", "labelIds": ids})
    unknown = await web.run(NEW, ada.key, input={"title": "Help", "labelIds": [global_id("Label", 99)]})

    assert created["ticketCreate"]["ticket"]["labels"] == [{"name": "a"}, {"name": "b"}]
    assert unknown["ticketCreate"]["errors"] == [{"code": "NOT_FOUND", "path": ["input", "labelIds"]}]


async def test_labels_of_a_version_that_is_gone_are_refused(web, ada, ticket):
    label = id_of(await cast.label(ada.actor, "a"))
    await tickets.update(ada.actor, ticket.id, {"title": "Another"})

    values = {"ticketId": id_of(ticket), "labelIds": [label], "expectedVersion": 1}
    payload = (await web.run(ADD, ada.key, input=values))["ticketAddLabels"]

    assert [error["__typename"] for error in payload["errors"]] == ["StaleObjectError"]


async def test_no_label_is_put_on_while_it_is_being_deleted(desk, ada, olga, ticket):
    label = await cast.label(ada.actor, "a")

    ended = await asyncio.gather(
        labels.delete(olga.actor, label.id),
        *(ticket_labels.add_labels(ada.actor, ticket.id, [label.id]) for _ in range(4)),
        return_exceptions=True,
    )

    assert all(not isinstance(each, Exception) or isinstance(each, NotFound) for each in ended)
    assert await access.ticket_labels(ada.actor).count() == 0


async def test_a_label_that_goes_while_it_is_put_on_is_not_there(desk, ada, database_url, ticket):
    label = await cast.label(ada.actor, "a")
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await other.execute("DELETE FROM label WHERE id = $1", label.id)
        adding = asyncio.create_task(ticket_labels.add_labels(ada.actor, ticket.id, [label.id]))
        while not (await fetch(WAITING))[0]["count"]:
            await asyncio.sleep(0.01)

    with pytest.raises(NotFound):
        await adding
    await other.close()


async def test_labels_put_on_at_once_are_all_there(desk, ada, grace, ticket):
    ids = [(await cast.label(ada.actor, name)).id for name in "abcd"]

    await asyncio.gather(*(ticket_labels.add_labels(grace.actor, ticket.id, [id_]) for id_ in ids))

    assert await access.ticket_labels(ada.actor).filter(ticket_id=ticket.id).count() == 4
    assert (await access.tickets(ada.actor).get(id=ticket.id)).version == 5


async def test_eve_labels_no_ticket_of_ours_and_we_none_with_hers(web, ada, eve, ticket):
    theirs = id_of(await cast.label(eve.actor, "theirs"))
    values = {"ticketId": id_of(ticket), "labelIds": [theirs]}

    tried = [await web.run(ADD, key, input=values) for key in (ada.key, eve.key)]
    tried += [await web.run(REMOVE, key, input=values) for key in (ada.key, eve.key)]

    refused = [[error["code"] for error in payload["errors"]] for data in tried for payload in data.values()]
    assert refused == [["NOT_FOUND"]] * 4
