"""Changing many tickets at once, over the API: a result for each, and putting it back."""

from collections.abc import Iterator

import cast
import pytest
from bulk import PROGRESS, UPDATE, fresh, outcomes, undo, update

from jobs.relay import work_off
from models import engine
from models.events import Event
from models.labels import TicketLabel
from models.permissions import Scope
from models.ticket_enums import Priority, Status
from models.tickets import Ticket
from resolvers import access, archive, keys, ticket_labels, tickets
from schema.ids import global_id
from schema.nodes import id_of


@pytest.fixture
async def three(desk: cast.Desk, ticket: Ticket) -> list[Ticket]:
    """TKT-0001 to 3, all Carl's."""
    return [ticket, *[await cast.ticket_of(desk.carl, desk.ada.actor, f"{n}") for n in (2, 3)]]


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that are run from now on."""
    heard: list[str] = []
    engine.watchers.append(heard.append)
    yield heard
    engine.watchers.remove(heard.append)


async def test_all_are_changed_in_the_same_way_with_one_event_each(web, ada, grace, three):
    hot = await cast.label(ada.actor, "hot")
    before = await access.head(ada.actor)

    payload = await update(
        web, ada, three,
        status="WAITING", priority="HIGH", type="BUG_REPORT",
        assigneeId=id_of(grace.member), addLabelIds=[id_of(hot)],
    )  # fmt: skip

    assert outcomes(payload) == ["DONE"] * 3
    bulk = payload["bulkChange"]
    assert (bulk["state"], bulk["total"], bulk["done"], bulk["author"]) == ("DONE", 3, 3, {"name": "Ada"})
    assert {(row.status, row.priority, row.assignee_id, row.version) for row in await fresh(ada)} == {
        (Status.WAITING, Priority.HIGH, grace.member.id, 2)
    }
    events = await Event.filter(workspace_id=ada.actor.workspace_id, seq__gt=before).order_by("seq")
    assert [(row.ticket_id, row.kind) for row in events] == [(each.id, "UPDATED") for each in three]
    assert len({row.bulk_id for row in events}) == 1 and events[0].bulk_id is not None
    assert events[0].changes == {
        "status": ["OPEN", "WAITING"],
        "priority": ["MEDIUM", "HIGH"],
        "type": ["SUPPORT_TICKET", "BUG_REPORT"],
        "assignee": [None, grace.member.id],
        "added_labels": [hot.id],
    }


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"assigneeId": "grace"}, "ASSIGNED"),
        ({"addLabelIds": "hot"}, "LABELED"),
        ({"archived": True}, "ARCHIVED"),
        ({"priority": "LOW"}, "UPDATED"),
        ({"assigneeId": "grace", "addLabelIds": "hot"}, "UPDATED"),
    ],
)
async def test_a_change_of_one_kind_is_told_as_its_own_action_is(web, ada, olga, grace, three, change, kind):
    ids = {"grace": id_of(grace.member), "hot": [id_of(await cast.label(ada.actor, "hot"))]}

    await update(web, olga, three, **{name: ids.get(str(value), value) for name, value in change.items()})

    events = Event.filter(workspace_id=ada.actor.workspace_id, bulk_id__isnull=False)
    assert {row.kind for row in await events} == {kind}


async def test_each_ticket_has_its_result_in_the_order_they_were_named(web, ada, olga, three):
    first, second, third = three
    await tickets.update(ada.actor, first.id, {"status": Status.CLOSED})
    await archive.archive(olga.actor, second.id)
    unknown = Ticket(id=10**9)

    payload = await update(web, ada, [third, second, unknown, first, third], status="RESOLVED")

    assert outcomes(payload) == ["DONE", "CONFLICT", "NOT_FOUND", "CONFLICT"]
    nodes = payload["bulkChange"]["results"]["nodes"]
    assert [node["ticket"] and node["ticket"]["id"] for node in nodes] == [
        *(id_of(third), id_of(second), None, id_of(first))
    ]
    assert nodes[0]["message"] is None
    assert nodes[1]["message"] == "This ticket is archived. Restore it first."
    assert nodes[3]["message"] == "A ticket cannot go from CLOSED to RESOLVED."


async def test_what_is_so_already_is_unchanged_and_has_no_event(web, ada, three):
    before = await access.head(ada.actor)

    payload = await update(web, ada, three, priority="MEDIUM", status="OPEN", assigneeId=None)

    assert outcomes(payload) == ["UNCHANGED"] * 3
    assert await access.head(ada.actor) == before
    assert {row.version for row in await fresh(ada)} == {1}


async def test_tickets_are_archived_and_brought_back_by_who_may(web, ada, olga, three):
    refused = await update(web, ada, three, archived=True)
    away = await update(web, olga, three, archived=True, status="CLOSED")
    back = await update(web, olga, three, archived=False, status="OPEN")

    assert [error["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert outcomes(away) == outcomes(back) == ["DONE"] * 3
    assert {(row.archived_at, row.status) for row in await fresh(ada)} == {(None, Status.OPEN)}


async def test_labels_come_and_go(web, ada, three):
    hot, cold = await cast.label(ada.actor, "hot"), await cast.label(ada.actor, "cold")
    await ticket_labels.add_labels(ada.actor, three[0].id, [cold.id])

    payload = await update(web, ada, three, addLabelIds=[id_of(hot)], removeLabelIds=[id_of(cold)])

    assert outcomes(payload) == ["DONE"] * 3
    links = await access.ticket_labels(ada.actor).values_list("ticket_id", "label_id")
    assert sorted(links) == [(each.id, hot.id) for each in three]

    await undo(web, ada, payload["bulkChange"]["id"])

    assert await access.ticket_labels(ada.actor).values_list("ticket_id", "label_id") == [
        (three[0].id, cold.id)
    ]


async def test_a_ticket_bears_no_more_labels_than_it_may(web, ada, three):
    labels = [await cast.label(ada.actor, f"{n}") for n in range(50)]
    home = {"workspace_id": ada.actor.workspace_id, "ticket_id": three[1].id}
    await TicketLabel.bulk_create([TicketLabel(**home, label_id=each.id) for each in labels])

    payload = await update(web, ada, three, addLabelIds=[id_of(await cast.label(ada.actor, "hot"))])

    assert outcomes(payload) == ["DONE", "CONFLICT", "DONE"]


async def test_what_makes_no_sense_is_refused_whole(web, ada, vic, three):
    label = id_of(await cast.label(ada.actor, "hot"))
    nobody, none = global_id("Member", 10**9), global_id("Label", 10**9)
    tried = [
        await update(web, ada, three),
        await update(web, ada, three, addLabelIds=[label], removeLabelIds=[label]),
        await update(web, ada, three, assigneeId=nobody),
        await update(web, ada, three, assigneeId=id_of(vic.member)),
        await update(web, ada, three, addLabelIds=[none]),
        await update(web, ada, three, addLabelIds=[label] * 21),
        await update(web, ada, [], priority="LOW"),
        await update(web, ada, [Ticket(id=n) for n in range(1, 102)], priority="LOW"),
        await update(web, ada, [Ticket(id=10**9)], priority="LOW"),
    ]

    invalid, absent = "BAD_USER_INPUT", "NOT_FOUND"
    assert [payload["errors"][0]["code"] for payload in tried] == [
        *(invalid, invalid, absent, invalid, absent, invalid, invalid, invalid, absent)
    ]
    assert {row.version for row in await fresh(ada)} == {1}


@pytest.mark.parametrize(("expected", "is_done"), [(2, True), (1, False), (3, False)])
async def test_a_filter_changes_what_was_seen_and_nothing_else(web, ada, three, expected, is_done):
    await tickets.update(ada.actor, three[1].id, {"priority": Priority.URGENT})
    seen = {"filter": {"priorities": ["MEDIUM"]}, "expectedCount": expected}

    payload = await update(web, ada, seen, status="CLOSED")

    closed = [row.status is Status.CLOSED for row in await fresh(ada)]
    assert closed == ([True, False, True] if is_done else [False] * 3)
    codes = [(error["code"], error["path"]) for error in payload["errors"]]
    assert codes == ([] if is_done else [("CONFLICT", ["input", "tickets", "matching"])])


async def test_eve_neither_changes_nor_sees_nor_puts_back_what_is_not_hers(web, ada, eve, three):
    done = await update(web, ada, three, priority="HIGH")
    id_ = done["bulkChange"]["id"]

    payload = await update(web, eve, three, priority="LOW")
    matching = await update(web, eve, {"filter": {}, "expectedCount": 3}, priority="LOW")
    seen = await web.run(PROGRESS, eve.key, id=id_)
    undone = await undo(web, eve, id_)

    assert [each["errors"][0]["code"] for each in (payload, matching, undone)] == [
        *("NOT_FOUND", "CONFLICT", "NOT_FOUND")
    ]
    assert seen == {"bulkChange": None}
    assert {row.priority for row in await fresh(ada)} == {Priority.HIGH}


async def test_it_happens_once_for_each_idempotency_key(web, ada, three):
    values = {
        "tickets": {"ids": [id_of(each) for each in three]},
        "change": {"priority": "HIGH"},
        "idempotencyKey": "once",
    }

    answers = [await web.run(UPDATE, ada.key, input=values) for _ in range(2)]

    assert answers[0] == answers[1]
    assert {row.version for row in await fresh(ada)} == {2}


async def test_a_hundred_tickets_take_as_many_statements_as_three(web, ada, desk, three, statements):
    label = id_of(await cast.label(ada.actor, "hot"))
    statements.clear()
    await update(web, ada, three, priority="HIGH", addLabelIds=[label])
    few = len(statements)
    many = [await cast.ticket_of(desk.carl, ada.actor, f"{n}") for n in range(20)]
    statements.clear()

    payload = await update(web, ada, many, priority="LOW", addLabelIds=[label])

    assert outcomes(payload) == ["DONE"] * 20
    assert len(statements) == few


async def test_a_key_that_may_only_read_is_refused(web, ada, three):
    _, reader = await keys.create_key(ada.actor, ada.member.id, "reads", frozenset({Scope.READ}))

    payload = await update(web, cast.Somebody(ada.actor, ada.member, reader), three, priority="HIGH")

    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]


async def test_nothing_is_left_for_a_job_when_it_was_done_at_once(web, ada, three):
    await work_off()

    await update(web, ada, three, priority="HIGH")

    assert await work_off() == 0
