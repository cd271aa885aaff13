"""Putting back what a change of many tickets did."""

import cast
import pytest
from bulk import PROGRESS, fresh, outcomes, undo, update

from models.events import Event
from models.ticket_enums import Priority, Status
from models.tickets import Ticket
from resolvers import archive, tickets
from schema.nodes import id_of


@pytest.fixture
async def three(desk: cast.Desk, ticket: Ticket) -> list[Ticket]:
    """TKT-0001 to 3, all Carl's."""
    return [ticket, *[await cast.ticket_of(desk.carl, desk.ada.actor, f"{n}") for n in (2, 3)]]


async def test_putting_it_back_gives_each_what_it_had(web, ada, grace, three):
    await tickets.update(ada.actor, three[0].id, {"status": Status.RESOLVED, "assignee_id": grace.member.id})
    before = [(row.status, row.resolved_at, row.closed_at, row.assignee_id) for row in await fresh(ada)]
    done = await update(web, ada, three, status="CLOSED", assigneeId=id_of(ada.member))

    payload = await undo(web, ada, done["bulkChange"]["id"])

    assert outcomes(payload) == ["DONE"] * 3
    after = [(row.status, row.resolved_at, row.closed_at, row.assignee_id) for row in await fresh(ada)]
    assert after == before
    assert payload["bulkChange"]["undoes"] == {"id": done["bulkChange"]["id"]}
    assert payload["bulkChange"]["undoableUntil"] is None
    progress = await web.run(PROGRESS, ada.key, id=done["bulkChange"]["id"])
    assert progress["bulkChange"]["state"] == "UNDONE"
    events = await Event.filter(workspace_id=ada.actor.workspace_id).order_by("-seq").limit(3)
    assert {row.changes["status"][0] for row in events} == {"CLOSED"}


async def test_what_somebody_has_changed_since_is_left_alone(web, ada, grace, olga, three):
    done = await update(web, ada, three, priority="HIGH", assigneeId=id_of(grace.member))
    await tickets.update(grace.actor, three[0].id, {"priority": Priority.URGENT})
    await tickets.update(grace.actor, three[1].id, {"title": "In other respects"})
    await archive.archive(olga.actor, three[2].id)

    payload = await undo(web, ada, done["bulkChange"]["id"])

    assert outcomes(payload) == ["CONFLICT", "DONE", "CONFLICT"]
    assert [(row.priority, row.assignee_id) for row in await fresh(ada)] == [
        (Priority.URGENT, grace.member.id),
        (Priority.MEDIUM, None),
        (Priority.HIGH, grace.member.id),
    ]


@pytest.mark.parametrize(("minutes", "codes"), [(9.9, []), (10.1, ["CONFLICT"])])
async def test_it_is_put_back_within_ten_minutes(web, ada, three, clock, minutes, codes):
    done = await update(web, ada, three, priority="HIGH")
    clock.move(minutes=minutes)

    payload = await undo(web, ada, done["bulkChange"]["id"])

    assert [error["code"] for error in payload["errors"]] == codes


async def test_it_is_put_back_once_and_for_all(web, ada, three):
    done = await update(web, ada, three, priority="HIGH")
    undone = await undo(web, ada, done["bulkChange"]["id"])

    again = await undo(web, ada, done["bulkChange"]["id"])
    back = await undo(web, ada, undone["bulkChange"]["id"])

    assert [payload["errors"][0]["code"] for payload in (again, back)] == ["CONFLICT"] * 2


async def test_putting_back_needs_the_same_permission(web, ada, olga, three):
    away = await update(web, olga, three, archived=True)

    payload = await undo(web, ada, away["bulkChange"]["id"])

    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
