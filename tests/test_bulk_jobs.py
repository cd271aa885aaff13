"""Changes of more tickets than a request can wait for: by a job, some at a time, exactly once each."""

import asyncio
from collections.abc import AsyncGenerator

import cast
import pytest
from bulk import add_tickets
from running_web import RunningWeb

from jobs import claims
from jobs.bulk import BATCH
from jobs.claims import Claim, Stale
from jobs.relay import work_off
from models.bulk_changes import BulkChange, BulkItem
from models.events import Event
from models.members import Member
from models.outbox import OutboxRow
from models.permissions import Role
from models.reactions import Reaction
from models.ticket_enums import Priority, Status
from models.ticket_filters import LIVE
from resolvers import access, bulk_changes, tickets
from resolvers.bulk_changes import Matching

MANY = 260
UPDATE = """
mutation ($input: TicketBulkUpdateInput!) { ticketBulkUpdate(input: $input) {
  bulkChange { id state total done undoableUntil } errors { code message } } }"""
PROGRESS = """
query ($id: ID!, $after: String) { bulkChange(id: $id) { state total done
  results(first: 100, after: $after) {
    totalCount nodes { outcome } pageInfo { hasNextPage endCursor } } } }"""


@pytest.fixture
async def many(desk: cast.Desk) -> None:
    """260 open tickets of Acme."""
    await add_tickets(desk.acme.id, MANY)
    await work_off()


@pytest.fixture
async def begun(ada: cast.Somebody, many: None) -> BulkChange:
    """Ada has all of them made urgent: it is asked for, and not begun."""
    return await bulk_changes.change_many(ada.actor, Matching(LIVE, MANY), {"priority": Priority.URGENT})


@pytest.fixture
async def claim(begun: BulkChange) -> AsyncGenerator[Claim]:
    """The job, claimed."""
    [row] = await OutboxRow.filter(workspace_id=begun.workspace_id, reaction=Reaction.BULK)
    claim = await claims.take(row.workspace_id, row.id)
    assert claim is not None
    yield claim


async def go_on(claim: Claim) -> bool:
    """Do one batch, as the job does."""
    assert claim.bulk_id is not None
    actor = await bulk_changes.author_of(claim.workspace_id, claim.bulk_id)
    return await bulk_changes.go_on(
        actor,
        claim.bulk_id,
        most=BATCH,
        hold=lambda: claims.hold(claim),
        finish=lambda: claims.finish(claim),
    )


async def urgent(ada: cast.Somebody) -> int:
    return await access.tickets(ada.actor).filter(priority=Priority.URGENT, version=2).count()


async def test_many_tickets_are_changed_after_the_answer_and_the_progress_can_be_read(web, ada, many):
    values = {
        "tickets": {"matching": {"filter": {"statuses": ["OPEN"]}, "expectedCount": MANY}},
        "change": {"priority": "URGENT"},
    }

    payload = (await web.run(UPDATE, ada.key, input=values))["ticketBulkUpdate"]
    id_ = payload["bulkChange"]["id"]
    begun = (await web.run(PROGRESS, ada.key, id=id_))["bulkChange"]
    await work_off()
    done = (await web.run(PROGRESS, ada.key, id=id_))["bulkChange"]

    assert payload["errors"] == []
    assert payload["bulkChange"]["undoableUntil"] is None
    assert (begun["state"], begun["total"], begun["done"]) == ("QUEUED", MANY, 0)
    assert begun["results"]["nodes"] == []
    assert (done["state"], done["total"], done["done"]) == ("DONE", MANY, MANY)
    assert await _all_results(web, ada, id_) == ["DONE"] * MANY
    assert await urgent(ada) == MANY


async def test_what_is_changed_is_what_was_seen_when_it_was_asked_for(ada, begun):
    late = await tickets.create(ada.actor, tickets.NewTicket("Too late"))

    await work_off()

    assert (await access.tickets(ada.actor).get(id=late.id)).priority is Priority.MEDIUM
    assert await urgent(ada) == MANY


async def test_a_job_that_died_is_gone_on_with_where_it_stood(ada, begun, claim):
    for _ in range(3):
        assert await go_on(claim)
    halfway = (await BulkChange.get(workspace_id=begun.workspace_id, id=begun.id)).done
    await claims.give_back(claim)

    await work_off()

    events = await Event.filter(workspace_id=begun.workspace_id, bulk_id=begun.id)
    assert halfway == 3 * BATCH
    assert len(events) == len({event.ticket_id for event in events}) == MANY
    assert await urgent(ada) == MANY


async def test_a_batch_that_fails_leaves_nothing_behind(ada, begun, claim):
    await go_on(claim)

    with pytest.raises(RuntimeError):
        await bulk_changes.go_on(
            ada.actor, begun.id, most=MANY, hold=lambda: claims.hold(claim), finish=_fall_over
        )

    assert await urgent(ada) == BATCH
    assert await BulkItem.filter(workspace_id=begun.workspace_id, outcome=None).count() == MANY - BATCH
    assert (await BulkChange.get(workspace_id=begun.workspace_id, id=begun.id)).done == BATCH


async def test_who_lost_the_claim_changes_nothing_more(ada, begun, claim):
    await go_on(claim)
    await OutboxRow.filter(workspace_id=begun.workspace_id, id=claim.outbox_id).update(lease_until=None)
    assert await claims.take(claim.workspace_id, claim.outbox_id) is not None

    with pytest.raises(Stale):
        await go_on(claim)

    assert await urgent(ada) == BATCH


async def test_two_who_work_on_it_at_once_do_each_ticket_once(ada, begun):
    both = (
        bulk_changes.go_on(ada.actor, begun.id, most=BATCH, hold=_nothing, finish=_nothing) for _ in range(2)
    )

    await asyncio.gather(*both)

    assert await urgent(ada) == 2 * BATCH
    assert await Event.filter(workspace_id=begun.workspace_id, bulk_id=begun.id).count() == 2 * BATCH


@pytest.mark.parametrize("becomes", ["viewer", "removed"])
async def test_who_may_not_any_more_changes_nothing_more(ada, begun, claim, becomes, clock):
    await go_on(claim)
    await claims.give_back(claim)
    lost = {"viewer": {"role": Role.VIEWER}, "removed": {"removed_at": begun.created_at}}[becomes]
    await Member.filter(workspace_id=begun.workspace_id, id=ada.member.id).update(**lost)

    await work_off()

    items = await BulkItem.filter(workspace_id=begun.workspace_id, bulk_id=begun.id).order_by("nth")
    assert [item.outcome for item in items] == ["DONE"] * BATCH + ["DENIED"] * (MANY - BATCH)
    assert await urgent(ada) == BATCH


async def test_an_assignee_who_left_meanwhile_is_given_nothing(ada, grace, many):
    bulk = await bulk_changes.change_many(ada.actor, Matching(LIVE, MANY), {"assignee_id": grace.member.id})
    await Member.filter(workspace_id=bulk.workspace_id, id=grace.member.id).update(removed_at=bulk.created_at)

    await work_off()

    items = await BulkItem.filter(workspace_id=bulk.workspace_id, bulk_id=bulk.id)
    assert {(item.outcome, item.message) for item in items} == {("CONFLICT", "There is no such member.")}
    assert not await access.tickets(ada.actor).filter(assignee_id__isnull=False).exists()


async def test_a_job_that_is_given_up_ends_the_change(ada, begun, claim):
    await go_on(claim)

    await claims.give_up(claim, "It did not work.")

    bulk = await BulkChange.get(workspace_id=begun.workspace_id, id=begun.id)
    assert (bulk.done, bulk.ended_at is not None) == (MANY, True)
    assert await BulkItem.filter(workspace_id=begun.workspace_id, outcome="CONFLICT").count() == MANY - BATCH


async def test_a_change_of_many_is_put_back_by_a_job_too(ada, begun):
    await work_off()
    undoing = await bulk_changes.undo(ada.actor, begun.id)

    await work_off()

    assert await access.tickets(ada.actor).filter(priority=Priority.MEDIUM, version=3).count() == MANY
    bulk = await BulkChange.get(workspace_id=begun.workspace_id, id=undoing.id)
    assert (bulk.total, bulk.done, bulk.ended_at is not None) == (MANY, MANY, True)


async def test_editors_change_the_tickets_meanwhile_and_lose_nothing(ada, grace, begun):
    rows = await access.tickets(ada.actor).order_by("-id").limit(40)

    async def edit() -> None:
        for row in rows:
            await tickets.update(grace.actor, row.id, {"status": Status.WAITING})

    await asyncio.gather(work_off(), edit())

    edited = await access.tickets(ada.actor).filter(status=Status.WAITING, priority=Priority.URGENT)
    assert {row.version for row in edited} == {3}
    assert len(edited) == 40


async def _all_results(web: RunningWeb, ada: cast.Somebody, id_: str) -> list[str]:
    """Return the outcomes on all pages."""
    found: list[str] = []
    after = None
    while True:
        page = (await web.run(PROGRESS, ada.key, id=id_, after=after))["bulkChange"]["results"]
        assert page["totalCount"] == MANY
        found += [node["outcome"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def _nothing() -> None:
    pass


async def _fall_over() -> None:
    raise RuntimeError("the worker fell over")
