"""Filters of tickets as clients write them: what they find, for whom, and what is refused."""

import cast
import pytest
from running_web import RunningWeb

from models.labels import Label, LabelColor, TicketLabel
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.tickets import Ticket
from resolvers import followers, tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket, TicketValues
from schema.ids import global_id
from schema.nodes import id_of

FIND = """
query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { title } totalCount } }
"""
NOBODYS = 2**40
CODES = ("BAD_USER_INPUT", "BAD_REQUEST", "QUERY_TOO_EXPENSIVE", "GRAPHQL_PARSE_FAILED")


@pytest.fixture
async def shelf(desk: cast.Desk, ada: cast.Somebody, clock) -> dict[str, str]:
    """Six tickets, an hour between them, each named by what is special about it; ids by placeholder."""
    start = (await _new(ada, "plain")).created_at
    clock.move(hours=1)
    await _new(ada, "urgent bug", priority=Priority.URGENT, type=TicketType.BUG_REPORT)
    clock.move(hours=1)
    await _new(ada, "Carl's by mail", contact=ContactRef(id=desk.carl.id), channel=Channel.EMAIL)
    clock.move(hours=1)
    await _edit(ada, await _new(ada, "Ada's"), assignee_id=ada.member.id)
    clock.move(hours=1)
    await _edit(ada, await _new(ada, "Grace's, waiting"), assignee_id=desk.grace.member.id)
    clock.move(hours=1)
    waiting = await Ticket.get(workspace_id=desk.acme.id, title="Grace's, waiting")
    await _edit(ada, waiting, status=Status.WAITING)
    archived = await _new(ada, "archived")
    archived.archived_at = archived.created_at
    await archived.save()
    label = await _label(desk, waiting, "red")
    return {
        "$ada": id_of(ada.member),
        "$grace": id_of(desk.grace.member),
        "$carl": id_of(desk.carl),
        "$label": id_of(label),
        "$third": start.replace(tzinfo=None).isoformat() + "Z",
        "$nobody": global_id("Member", NOBODYS),
    }


ALL = {"plain", "urgent bug", "Carl's by mail", "Ada's", "Grace's, waiting"}
FOUND: list[tuple[dict | None, set[str]]] = [
    (None, ALL),
    ({}, ALL),
    ({"statuses": [], "labelIds": None, "or": []}, ALL),
    ({"statuses": ["WAITING"]}, {"Grace's, waiting"}),
    ({"statuses": ["OPEN", "WAITING"]}, ALL),
    ({"priorities": ["URGENT", "HIGH"]}, {"urgent bug"}),
    ({"types": ["BUG_REPORT"]}, {"urgent bug"}),
    ({"channels": ["EMAIL"]}, {"Carl's by mail"}),
    ({"labelIds": ["$label"]}, {"Grace's, waiting"}),
    ({"contactId": "$carl"}, {"Carl's by mail"}),
    ({"assignee": {"memberId": "$grace"}}, {"Grace's, waiting"}),
    ({"assignee": {"memberId": "$nobody"}}, set()),
    ({"assignee": {"is": "ME"}}, {"Ada's"}),
    ({"assignee": {"is": "NOBODY"}}, {"plain", "urgent bug", "Carl's by mail"}),
    ({"assignee": {"is": "ANYBODY"}}, {"Ada's", "Grace's, waiting"}),
    ({"not": [{"assignee": {"memberId": "$grace"}}]}, ALL - {"Grace's, waiting"}),
    ({"createdAt": {"since": "$third"}}, ALL),
    ({"createdAt": {"before": "$third"}}, set()),
    ({"updatedAt": {"since": "$third", "before": "$third"}}, set()),
    ({"archived": "ONLY"}, {"archived"}),
    ({"archived": "INCLUDED"}, ALL | {"archived"}),
    ({"archived": "EXCLUDED"}, ALL),
    ({"or": [{"contactId": "$carl"}, {"types": ["BUG_REPORT"]}]}, {"Carl's by mail", "urgent bug"}),
    ({"or": [{"archived": "ONLY"}, {"contactId": "$carl"}]}, {"Carl's by mail"}),
    ({"and": [{"statuses": ["OPEN"]}, {"assignee": {"is": "ANYBODY"}}]}, {"Ada's"}),
    ({"not": [{"statuses": ["OPEN"]}]}, {"Grace's, waiting"}),
    ({"isEscalated": True}, set()),
    ({"isMerged": False, "isEscalated": False}, ALL),
]


@pytest.mark.parametrize(("asked", "titles"), FOUND, ids=str)
async def test_a_filter_finds_what_meets_all_of_it(web, ada, shelf, asked, titles):
    found = await _find(web, ada, _filled(asked, shelf))

    assert found == titles


async def test_what_is_followed_is_followed_by_whoever_asks(web, ada, grace, shelf):
    plain = await Ticket.get(title="plain", workspace_id=ada.actor.workspace_id)
    await followers.follow(grace.actor, plain.id)

    graces = await _find(web, grace, {"isFollowed": True})
    adas = await _find(web, ada, {"isFollowed": True, "not": [{"assignee": {"is": "ME"}}]})
    not_graces = await _find(web, grace, {"isFollowed": False})

    assert (graces, adas) == ({"plain"}, set())
    assert not_graces == ALL - {"plain"}


async def test_mine_is_whoever_asks(web, grace, vic, shelf):
    mine = {"assignee": {"is": "ME"}}

    assert (await _find(web, grace, mine), await _find(web, vic, mine)) == ({"Grace's, waiting"}, set())


async def test_a_viewer_finds_what_an_agent_finds(web, vic, shelf):
    assert await _find(web, vic, {"archived": "INCLUDED"}) == ALL | {"archived"}


@pytest.mark.parametrize("name", ["labelIds", "contactId", "assignee"])
async def test_eve_finds_nothing_by_the_ids_of_acme(web, eve, shelf, name):
    ids = {
        "labelIds": [shelf["$label"]],
        "contactId": shelf["$carl"],
        "assignee": {"memberId": shelf["$ada"]},
    }

    assert await _find(web, eve, {name: ids[name]}) == set()
    assert await _find(web, eve, {"or": [{name: ids[name]}, {"not": [{name: ids[name]}]}]}) == set()


def _nested(levels: int) -> dict:
    filter_: dict = {}
    for _ in range(levels - 1):
        filter_ = {"and": [filter_]}
    return filter_


REFUSED = [
    {"assignee_id__gte": 0},
    {"title": {"contains": "x"}},
    {"statuses": ["OPEN' OR true --"]},
    {"statuses": ["open"]},
    {"createdAt": "yesterday"},
    {"createdAt": {"since": "2026-01-01T00:00:00"}},
    {"createdAt": {"since": "0001-01-01T00:00:00+14:00"}},
    {"createdAt": {"before": "9999-12-31T23:59:59-14:00"}},
    {"assignee": {}},
    {"assignee": {"is": "ME", "memberId": "$ada"}},
    {"assignee": {"memberId": "$carl"}},
    {"contactId": "1 OR 1=1"},
    {"labelIds": ["$carl"]},
    {"labelIds": ["$label"] * 51},
    {"or": [{}] * 51},
    _nested(6),
]


@pytest.mark.parametrize("asked", REFUSED, ids=lambda each: str(each)[:60])
async def test_what_is_no_filter_is_the_callers_mistake(web, ada, shelf, asked):
    answer = await web.post(FIND, ada.key, filter=_filled(asked, shelf))

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("levels", [20, 45, 60, 120, 300])
async def test_a_filter_as_deep_as_json_can_be_is_refused_in_words(web, ada, levels):
    answer = await web.post(FIND, ada.key, filter=_nested(levels))

    assert answer["errors"][0]["extensions"]["code"] in CODES


async def test_a_filter_as_deep_as_a_document_can_be_is_refused_in_words(web, ada):
    inside = "{}"
    for _ in range(300):
        inside = "{and:[" + inside + "]}"

    answer = await web.post(f"{{ tickets(filter: {inside}) {{ totalCount }} }}", ada.key)

    assert answer["errors"][0]["extensions"]["code"] in CODES


async def _new(somebody: cast.Somebody, title: str, **more: object) -> Ticket:
    return await tickets.create(somebody.actor, NewTicket(title, **more))


async def _edit(somebody: cast.Somebody, ticket: Ticket, **values: object) -> None:
    await tickets.update(somebody.actor, ticket.id, TicketValues(**values))


async def _label(desk: cast.Desk, ticket: Ticket, name: str) -> Label:
    home = {"workspace_id": desk.acme.id}
    label = await Label.create(**home, name=name, color=LabelColor.RED, created_at=ticket.created_at)
    await TicketLabel.create(**home, ticket_id=ticket.id, label_id=label.id)
    return label


def _filled(asked: object, shelf: dict[str, str]) -> object:
    """Return the filter with the ids in the place of what stands for them."""
    if isinstance(asked, dict):
        return {name: _filled(value, shelf) for name, value in asked.items()}
    if isinstance(asked, list):
        return [_filled(value, shelf) for value in asked]
    return shelf.get(asked, asked) if isinstance(asked, str) else asked


async def _find(web: RunningWeb, somebody: cast.Somebody, asked: object) -> set[str]:
    page = (await web.run(FIND, somebody.key, filter=asked))["tickets"]
    assert page["totalCount"] == len(page["nodes"])
    return {node["title"] for node in page["nodes"]}
