"""The tickets of a contact, a member or a label: each its own, by as many statements for one as for many."""

import re

import cast
import pytest
from crowds import insert_crowd
from running_web import RunningWeb

from models import engine
from models.clock import now
from models.database import fetch
from models.labels import Label, LabelColor, TicketLabel
from models.tenancy import systemwide
from models.ticket_filters import LIVE, TicketFilter
from models.ticket_orders import NEWEST_FIRST
from models.tickets import Ticket
from resolvers import tickets
from resolvers.contacts import ContactRef
from resolvers.lists import Window
from resolvers.ticket_filters import Parameters
from resolvers.ticket_lists import Parent, clauses_of_each, page_clauses
from resolvers.tickets import NewTicket
from schema.nodes import id_of

LISTS = """
query ($ids: [ID!]!, $filter: TicketFilter, $first: Int, $after: String, $last: Int, $before: String) {
  nodes(ids: $ids) {
    ... on Contact {
      list: tickets(filter: $filter, first: $first, after: $after, last: $last, before: $before) { ...page }
    }
    ... on Member {
      list: assignedTickets(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        ...page
      }
    }
    ... on Label {
      list: tickets(filter: $filter, first: $first, after: $after, last: $last, before: $before) { ...page }
    }
  }
}
fragment page on TicketConnection {
  nodes { title } totalCount isTotalCountExact
  pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
}"""
PARENTS = ["contact", "member", "label"]
LABELED = """
INSERT INTO ticket_label (workspace_id, ticket_id, label_id)
SELECT $1, id, $2 FROM ticket WHERE workspace_id = $1 AND number % $3 = 0
"""
MANY = """
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel, assignee_id,
                    is_internal, is_public, version, created_at, updated_at)
SELECT $1, 1000 + nth, 'Ticket ' || nth, '', 'OPEN', 'MEDIUM', 'BUG_REPORT', 'API', $3,
       false, false, 1, at, at
FROM generate_series(1, $2::int) AS nth,
     LATERAL (SELECT $4::timestamptz - nth * interval '1 minute' AS at) AS instant
"""


@pytest.fixture
async def homes(desk: cast.Desk, ada: cast.Somebody, clock) -> dict[str, str]:
    """Ids of Carl, Ada and a label, each with five tickets: four open and one archived, and one of others."""
    label = await _label(desk, "red")
    for nth in range(5):
        clock.move(minutes=1)
        row = await tickets.create(
            ada.actor,
            NewTicket(f"Ticket {nth}", contact=ContactRef(id=desk.carl.id), assignee_id=desk.ada.member.id),
        )
        await TicketLabel.create(workspace_id=desk.acme.id, ticket_id=row.id, label_id=label.id)
        if nth == 2:
            await Ticket.filter(workspace_id=desk.acme.id, id=row.id).update(archived_at=now())
    await tickets.create(ada.actor, NewTicket("Nobody's"))
    return {"contact": id_of(desk.carl), "member": id_of(ada.member), "label": id_of(label)}


@pytest.mark.parametrize("parent", PARENTS)
async def test_a_parent_lists_its_own_tickets_the_newest_first(web, ada, homes, parent):
    [found] = await _lists(web, ada, [homes[parent]])

    assert [node["title"] for node in found["nodes"]] == ["Ticket 4", "Ticket 3", "Ticket 1", "Ticket 0"]
    assert (found["totalCount"], found["isTotalCountExact"]) == (4, True)


@pytest.mark.parametrize("parent", PARENTS)
async def test_it_is_paged_in_both_directions(web, ada, homes, parent):
    [first] = await _lists(web, ada, [homes[parent]], first=3)
    [rest] = await _lists(web, ada, [homes[parent]], first=3, after=first["pageInfo"]["endCursor"])
    [back] = await _lists(web, ada, [homes[parent]], last=3, before=rest["pageInfo"]["startCursor"])

    assert [node["title"] for node in rest["nodes"]] == ["Ticket 0"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert back["nodes"] == first["nodes"]


@pytest.mark.parametrize("parent", PARENTS)
async def test_a_filter_narrows_it(web, ada, homes, parent):
    [archived] = await _lists(web, ada, [homes[parent]], filter={"archived": "ONLY"})
    [waiting] = await _lists(web, ada, [homes[parent]], filter={"statuses": ["WAITING"]})

    assert ([node["title"] for node in archived["nodes"]], archived["totalCount"]) == (["Ticket 2"], 1)
    assert (waiting["nodes"], waiting["totalCount"]) == ([], 0)


async def test_eve_sees_none_of_them(web, eve, homes):
    answer = await web.run(LISTS, eve.key, ids=list(homes.values()))

    assert answer["nodes"] == [None, None, None]


@pytest.mark.parametrize("parent", PARENTS)
async def test_ids_of_another_workspace_in_a_filter_find_nothing(web, ada, eve, desk, homes, parent):
    dora = await cast.dora(desk)
    asked = [
        {"contactId": id_of(dora)},
        {"assignee": {"memberId": id_of(eve.member)}},
        {"or": [{"contactId": id_of(dora)}]},
    ]

    found = [(await _lists(web, ada, [homes[parent]], filter=each))[0] for each in asked]

    assert [(each["nodes"], each["totalCount"]) for each in found] == [([], 0)] * 3


async def test_many_parents_take_as_many_statements_as_one(web, ada, desk, homes):
    ids = [homes["label"], *[id_of(await _label(desk, f"label {nth}")) for nth in range(8)]]

    of_one = await _heard(web, ada, ids[:1])
    of_many = await _heard(web, ada, ids)

    assert len(of_many) == len(of_one)


async def test_another_members_tickets_and_ones_own_are_told_apart(web, ada, grace, homes):
    await tickets.create(ada.actor, NewTicket("Grace's", assignee_id=grace.member.id))

    adas, graces = await _lists(web, ada, [homes["member"], id_of(grace.member)])

    assert (adas["totalCount"], graces["totalCount"]) == (4, 1)
    assert [node["title"] for node in graces["nodes"]] == ["Grace's"]


async def test_a_label_that_moves_to_another_ticket_is_listed_where_it_came_in(web, ada, desk, homes):
    [link] = (await TicketLabel.filter(workspace_id=desk.acme.id).order_by("id"))[:1]
    newest = await tickets.create(ada.actor, NewTicket("The newest"))
    await TicketLabel.filter(workspace_id=desk.acme.id, id=link.id).update(ticket_id=newest.id)

    [found] = await _lists(web, ada, [homes["label"]])

    assert [node["title"] for node in found["nodes"]] == ["The newest", "Ticket 4", "Ticket 3", "Ticket 1"]


@pytest.mark.parametrize("each", [2, 500])
async def test_a_labels_tickets_come_from_an_index_be_they_many_or_few(desk, ada, each):
    await insert_crowd(MANY, desk.acme.id, 20_000, None, now())
    label = await _label(desk, "red")
    await fetch(LABELED, desk.acme.id, label.id, each)
    await _analyze()

    parameters = Parameters()
    filter_ = TicketFilter(label_ids=(label.id,))
    clauses = page_clauses(ada.actor, filter_, NEWEST_FIRST, Window(25, (now(), 5)), parameters)
    plan = await _plan(f"SELECT * FROM ticket {clauses}", parameters)

    assert re.search(r"using ticket_label_newest .*\n.*Index Cond: .*ROW\(", plan), plan
    assert not re.search("Sort|Seq Scan", plan), plan


@pytest.mark.parametrize(
    ("parent", "index"),
    [
        (Parent.CONTACT, "ticket_of_contact"),
        (Parent.ASSIGNEE, "ticket_assignee"),
        (Parent.LABEL, "ticket_label_newest"),
    ],
)
async def test_lists_of_each_parent_come_from_an_index(desk, ada, parent, index):
    await insert_crowd(MANY, desk.acme.id, 20_000, desk.ada.member.id, now())
    label = await _label(desk, "red")
    await fetch(LABELED, desk.acme.id, label.id, 3)
    await _analyze()

    parameters = Parameters([label.id])
    clauses = clauses_of_each(ada.actor, parent, LIVE, Window(25, (now(), 5)), parameters)
    plan = await _plan(
        "SELECT * FROM unnest($1::bigint[]) AS parent (key)"
        f" CROSS JOIN LATERAL (SELECT ticket.* FROM ticket {clauses}) AS found",
        parameters,
    )

    assert re.search(rf"using {index} ", plan), plan
    assert not re.search("Sort|Seq Scan", plan), plan


async def _lists(web: RunningWeb, somebody: cast.Somebody, ids: list[str], **arguments: object) -> list[dict]:
    answer = await web.run(LISTS, somebody.key, ids=ids, **arguments)
    return [node["list"] for node in answer["nodes"]]


async def _heard(web: RunningWeb, somebody: cast.Somebody, ids: list[str]) -> list[str]:
    heard: list[str] = []
    engine.watchers.append(heard.append)
    try:
        await _lists(web, somebody, ids)
    finally:
        engine.watchers.remove(heard.append)
    return heard


async def _label(desk: cast.Desk, name: str) -> Label:
    return await Label.create(
        workspace_id=desk.acme.id, name=name, color=LabelColor.RED, created_at=desk.acme.created_at
    )


async def _analyze() -> None:
    with systemwide("tell the planner what is in the tables"):
        await fetch("ANALYZE ticket_label")


async def _plan(statement: str, parameters: Parameters) -> str:
    with systemwide("explain a statement"):
        rows = await fetch(f"EXPLAIN {statement}", *parameters.values)
    return "\n".join(row["QUERY PLAN"] for row in rows)
