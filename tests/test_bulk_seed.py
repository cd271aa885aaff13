"""Many further tickets for the demo: the rows that the operations write, counted, beside people at work."""

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cast
import pytest
from history import Histories, told_twice
from seeding import ask, seed_and_kill

from jobs.demo import bulk
from jobs.demo.bulk import write_further
from jobs.demo.bulk_plots import YEAR, Span, further_plots
from jobs.demo.plot import Deed
from jobs.demo.seed import seed
from jobs.demo.story import Turn, World, worlds
from models.addresses import checked_address
from models.ticket_enums import Status
from models.workspaces import Workspace
from resolvers import comments
from settings import settings

NOW = datetime(2026, 3, 31, 10, tzinfo=UTC)
STORY = worlds()[0].tickets

COUNTED = """
SELECT count(*) AS tickets, count(DISTINCT number) AS numbers, max(number) AS last, max(value) AS counter
FROM ticket JOIN counter ON counter.workspace_id = ticket.workspace_id AND name = 'REFERENCE'
WHERE ticket.workspace_id = $1
"""
FIRST = """
SELECT min(created_at) AS first, max(updated_at) AS last FROM ticket WHERE workspace_id = $1
"""
LOGGED = """
SELECT count(*) AS events, count(DISTINCT seq) AS seqs, max(seq) AS head, max(value) AS counter
FROM event JOIN counter ON counter.workspace_id = event.workspace_id AND name = 'EVENT'
WHERE event.workspace_id = $1
"""


@pytest.fixture(scope="module")
async def histories(database: str) -> Histories:
    """The same hundred tickets, by the operations in one workspace and by bulk in the other."""
    await ask(database)
    return await told_twice(further_plots(worlds()[0], Span(0, 100, NOW - timedelta(days=50), NOW), 0, 100))


@pytest.fixture
async def acme(desk: cast.Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[World]:
    """Acme, founded long ago, as the world of the first demo workspace; a batch has 25 tickets."""
    monkeypatch.setattr(bulk, "BATCH", 25)
    await Workspace.filter(id=desk.acme.id).update(created_at=NOW - 2 * YEAR)
    yield worlds()[0].model_copy(update={"slug": desk.acme.slug})


@pytest.mark.parametrize("table", ["ticket", "ticket_label", "comment", "event", "contact", "counter"])
def test_bulk_writes_the_rows_that_the_operations_write(histories: Histories, table: str) -> None:
    assert len(histories.by_operations[table]) > 2
    assert histories.by_bulk[table] == histories.by_operations[table]


def test_the_tickets_compared_meet_everything_that_can_happen(histories: Histories) -> None:
    deeds = {step.deed for plot in histories.plots for step in plot.steps}

    assert deeds == {*Deed, *Turn}
    assert {row["status"] for row in histories.by_bulk["ticket"]} == {*Status}


async def test_the_further_tickets_come_in_batches_and_are_as_many_as_wanted(desk, ticket, acme):
    heard: list[str] = []

    await write_further(acme, NOW, 60, heard.append)

    assert heard == [f"{count} of 60 further tickets" for count in (25, 50, 60)]
    assert await tickets_of(desk.acme) == ticket.number + 60
    await expect_no_gap(desk.acme)


@pytest.mark.parametrize(("wanted", "there"), [(0, 30), (29, 30), (30, 30), (31, 31), (80, 80)])
async def test_only_what_is_lacking_is_added(desk, acme, wanted, there):
    await write_further(acme, NOW, 30, print)

    await write_further(acme, NOW + timedelta(days=3), wanted, print)

    assert await tickets_of(desk.acme) == there
    await expect_no_gap(desk.acme)


async def test_of_several_that_seed_at_once_each_ticket_comes_from_one(desk, acme):
    await asyncio.gather(*(write_further(acme, NOW, count, print) for count in (80, 60, 80)))

    assert await tickets_of(desk.acme) == 80
    await expect_no_gap(desk.acme)


async def test_people_go_on_working_meanwhile(desk, ada, ticket, acme):
    seeding = asyncio.create_task(write_further(acme, NOW, 300, print))
    created = 0
    while not seeding.done():
        await cast.ticket_of(desk.carl, ada.actor)
        await comments.reply(ada.actor, ticket.id, "We are on our way.")
        created += 1

    await seeding
    assert created > 3
    assert await tickets_of(desk.acme) == 1 + created + 300
    await expect_no_gap(desk.acme)


async def test_the_further_tickets_are_of_the_last_year_and_none_is_older_than_the_workspace(desk, acme):
    founded = NOW - timedelta(days=90)
    await write_further(acme, NOW, 50, print)
    [year] = await ask(FIRST, desk.acme.id)
    await Workspace.filter(id=desk.globex.id).update(created_at=founded)

    await write_further(acme.model_copy(update={"slug": desk.globex.slug}), NOW, 50, print)

    [quarter] = await ask(FIRST, desk.globex.id)
    assert NOW - YEAR - timedelta(days=4) < year["first"] < NOW - YEAR + timedelta(days=30)
    assert year["last"] < NOW
    assert founded - timedelta(days=4) < quarter["first"]


async def test_nothing_of_it_is_mailed(desk, acme):
    await write_further(acme, NOW, 25, print)

    [asked] = await ask("SELECT count(*) FROM outbox")
    assert asked["count"] == 0


def test_each_of_many_customers_has_an_address_of_their_own() -> None:
    count = 100_000

    plots = further_plots(worlds()[0], Span(0, count, NOW - YEAR, NOW), count - 5000, 5000)

    customers = {plot.customer for plot in plots}
    assert len(customers) > 2000
    assert len({checked_address(customer.email) for customer in customers}) == len(customers)


def test_many_tickets_are_about_many_orders() -> None:
    plots = further_plots(worlds()[0], Span(0, 1000, NOW - YEAR, NOW), 0, 1000)

    orders = {number for plot in plots for number in re.findall(r"PH-\d{5}", plot.title)}
    assert len(orders) > 100
    assert not any("{" in step.text for plot in plots for step in plot.steps)


@pytest.mark.service
async def test_a_seed_that_is_killed_is_gone_on_with(
    database: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(database)
    wanted = 2 * bulk.BATCH + 300
    await seed_and_kill(database_url, tmp_path, heard="further tickets", further=wanted)
    pedalhaus = await Workspace.get(slug="pedalhaus")
    left = await tickets_of(pedalhaus)
    monkeypatch.setattr(settings, "seed_tickets", wanted)

    await seed(datetime.now(UTC))

    assert left == STORY + bulk.BATCH
    assert await tickets_of(pedalhaus) == STORY + wanted
    await expect_no_gap(pedalhaus)


async def tickets_of(workspace: Workspace) -> int:
    [row] = await ask("SELECT count(*) FROM ticket WHERE workspace_id = $1", workspace.id)
    return row["count"]


async def expect_no_gap(workspace: Workspace) -> None:
    """Expect that numbers and seqs count up from 1, and that their counters stand at the last."""
    [tickets] = await ask(COUNTED, workspace.id)
    [log] = await ask(LOGGED, workspace.id)
    assert set(tickets.values()) == {tickets["tickets"]}
    assert set(log.values()) == {log["events"]}
