"""Resolved tickets close by themselves when they have been quiet for as long as their workspace says."""

import asyncio

import asyncpg
import cast
import pytest

from jobs import tick
from jobs.resolutions import close_resolved
from jobs.schedule import SCHEDULE
from models.clock import now
from models.database import fetch
from models.events import Kind
from models.outbox import OutboxRow
from models.ticket_enums import Channel, Status
from models.tickets import Ticket
from models.workspaces import Workspace
from resolvers import access, archive, comments, resolutions, tickets, tokens
from resolvers.resolutions import CLOSED_AT_ONCE


@pytest.fixture
async def resolved(ada: cast.Somebody, ticket: Ticket, clock) -> Ticket:
    """Carl's ticket, resolved."""
    return await resolutions.resolve(ada.actor, ticket.id, {})


async def fresh(ada: cast.Somebody, ticket: Ticket) -> Ticket:
    return await access.tickets(ada.actor).get(id=ticket.id)


@pytest.mark.parametrize(
    ("days", "seconds", "status"),
    [(7, -1, Status.RESOLVED), (7, 0, Status.CLOSED), (2, -1, Status.RESOLVED), (2, 0, Status.CLOSED)],
)
async def test_a_resolved_ticket_closes_after_the_workspaces_quiet_days(
    desk, ada, resolved, clock, days, seconds, status
):
    await Workspace.filter(id=desk.acme.id).update(close_days=days)
    clock.move(days=days, seconds=seconds)

    await close_resolved()

    assert (await fresh(ada, resolved)).status is status


async def test_closing_is_one_event_of_the_product_that_the_customer_may_see(ada, resolved, clock):
    clock.move(days=7)

    await close_resolved()

    row = await fresh(ada, resolved)
    event = await access.events(ada.actor).order_by("-seq").first()
    assert event is not None
    assert (event.kind, event.is_public, event.member_id) == (Kind.CLOSED, True, None)
    assert (event.actor_kind, event.changes) == ("SYSTEM", {"status": ["RESOLVED", "CLOSED"]})
    assert (row.closed_at, row.updated_at, row.version) == (event.at, event.at, 3)
    assert row.resolved_at == resolved.resolved_at


async def test_closing_by_time_asks_for_no_work(ada, resolved, clock):
    before = await OutboxRow.filter(workspace_id=ada.actor.workspace_id).count()
    clock.move(days=7)

    await close_resolved()

    assert await OutboxRow.filter(workspace_id=ada.actor.workspace_id).count() == before


async def test_a_ticket_that_was_heard_of_meanwhile_stays(ada, resolved, clock):
    clock.move(days=6)
    await comments.note(ada.actor, resolved.id, "They called to say thanks.")
    clock.move(days=6)

    await close_resolved()

    assert (await fresh(ada, resolved)).status is Status.RESOLVED


async def test_a_workspace_may_leave_resolved_tickets_as_they_are(desk, ada, resolved, clock):
    await Workspace.filter(id=desk.acme.id).update(close_days=None)
    clock.move(days=700)

    await close_resolved()

    assert (await fresh(ada, resolved)).status is Status.RESOLVED


async def test_each_workspace_has_its_own_days(desk, ada, eve, resolved, clock):
    theirs = await cast.ticket_of(await cast.dora(desk), eve.actor)
    await resolutions.resolve(eve.actor, theirs.id, {})
    await Workspace.filter(id=desk.globex.id).update(close_days=30)
    clock.move(days=7)

    await close_resolved()

    assert (await fresh(ada, resolved)).status is Status.CLOSED
    assert (await fresh(eve, theirs)).status is Status.RESOLVED


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.RESOLVED])
async def test_only_what_is_resolved_is_closed(ada, ticket, clock, status):
    await tickets.update(ada.actor, ticket.id, {"status": status})
    clock.move(days=70)

    await close_resolved()

    assert (await fresh(ada, ticket)).version == (1 if status is Status.OPEN else 2)


async def test_what_is_archived_stays_as_it_is(desk, ada, olga, resolved, clock):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")
    await resolutions.resolve(ada.actor, other.id, {})
    await archive.archive(olga.actor, resolved.id)
    clock.move(days=70)

    await close_resolved()

    assert (await fresh(ada, other)).status is Status.CLOSED
    assert (await fresh(ada, resolved)).status is Status.RESOLVED


async def test_a_message_reopens_what_closed_by_itself(ada, resolved, clock):
    carl = await tokens.authenticate(await cast.token_of(resolved, ada.actor))
    clock.move(days=7)
    await close_resolved()

    await comments.customer_reply(carl, "It burns again.", Channel.PORTAL)

    assert (await fresh(ada, resolved)).status is Status.OPEN


async def test_many_clocks_close_many_tickets_once_each(desk, ada, clock):
    count = CLOSED_AT_ONCE + 50
    await _resolved_tickets(desk, count)
    clock.move(days=8)

    await asyncio.gather(*(close_resolved() for _ in range(4)))
    await close_resolved()

    events = await access.events(ada.actor).filter(kind=Kind.CLOSED)
    assert len(events) == len({event.ticket_id for event in events}) == count
    assert await access.tickets(ada.actor).filter(status=Status.CLOSED, version=2).count() == count


async def test_the_clock_does_it(ada, resolved, clock):
    clock.move(days=7)

    await tick.run([entry for entry in SCHEDULE if entry.name == "close resolved tickets"])

    assert (await fresh(ada, resolved)).status is Status.CLOSED


async def test_a_ticket_that_somebody_is_at_is_left_for_the_next_time(ada, resolved, clock, database_url):
    clock.move(days=7)
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.fetch("SELECT id FROM ticket WHERE id = $1 FOR UPDATE", resolved.id)
        async with asyncio.timeout(5):
            await close_resolved()
    await connection.close()
    held = await fresh(ada, resolved)

    await close_resolved()

    assert (held.status, (await fresh(ada, resolved)).status) == (Status.RESOLVED, Status.CLOSED)


async def _resolved_tickets(desk: cast.Desk, count: int) -> None:
    """Insert that many tickets that are resolved."""
    await fetch(
        "INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel,"
        " is_internal, is_public, version, created_at, updated_at, resolved_at)"
        " SELECT $1, nth, 'Help', '', 'RESOLVED', 'LOW', 'BUG_REPORT', 'API', false, false, 1, $3, $3, $3"
        " FROM generate_series(1, $2::int) AS nth",
        desk.acme.id,
        count,
        now(),
    )
