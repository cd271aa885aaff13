"""Counts of tickets: exact whoever writes and folds meanwhile, or up to a thousand."""

import asyncio
import random

import cast
import pytest

from jobs.ticket_counts import fold_ticket_counts
from models import engine
from models.actors import Actor
from models.database import fetch
from models.errors import Conflict
from models.permissions import Permission
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.ticket_filters import LIVE, Archived, AssigneeChoice, TicketFilter
from models.tickets import Ticket
from resolvers import access, ticket_counts, tickets
from resolvers.change import change, operation
from resolvers.lists import Total
from resolvers.tickets import NewTicket, TicketValues

COUNTS = """
query ($filter: TicketFilter) {
  ticketCounts(filter: $filter) {
    all { count isExact byStatus { status count } }
    mine { count byStatus { status count } }
    unassigned { count }
  }
}"""
MANY = """
INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel, contact_id,
                    is_internal, is_public, version, created_at, updated_at)
SELECT $1, 1000 + nth, 'Ticket ' || nth, '', 'OPEN', 'MEDIUM', 'BUG_REPORT', 'API', $3,
       false, false, 1, now(), now()
FROM generate_series(1, $2::int) AS nth
"""
BY_HAND = """
SELECT count(*) AS count FROM ticket WHERE workspace_id = $1 AND archived_at IS NULL AND status = $2
"""
ROWS = """
SELECT count(*) AS rows, count(*) FILTER (WHERE is_folded) AS folded FROM ticket_count WHERE workspace_id = $1
"""
WRITERS, STEPS = 16, 12


async def test_the_tabs_have_their_counts(web, ada, desk):
    mine = await _new(ada, "Mine")
    await tickets.update(ada.actor, mine.id, TicketValues(assignee_id=ada.member.id))
    waiting = await _new(ada, "Grace's")
    await tickets.update(
        ada.actor, waiting.id, TicketValues(assignee_id=desk.grace.member.id, status=Status.WAITING)
    )
    await _new(ada, "Nobody's")

    found = (await web.run(COUNTS, ada.key))["ticketCounts"]

    by_status = {each["status"]: each["count"] for each in found["all"]["byStatus"]}
    assert by_status == {"OPEN": 2, "IN_PROGRESS": 0, "WAITING": 1, "RESOLVED": 0, "CLOSED": 0}
    assert (found["all"]["count"], found["all"]["isExact"]) == (3, True)
    assert {each["status"]: each["count"] for each in found["mine"]["byStatus"]}["OPEN"] == 1
    assert (found["mine"]["count"], found["unassigned"]["count"]) == (1, 1)


async def test_eve_counts_her_own_and_a_viewer_counts_all(web, eve, vic, ada):
    await _new(ada, "Acme's")

    counted = [(await web.run(COUNTS, each.key))["ticketCounts"]["all"]["count"] for each in (eve, vic)]

    assert counted == [0, 1]


FILTERS = [
    TicketFilter(),
    LIVE,
    TicketFilter(archived=Archived.ONLY),
    TicketFilter(statuses=(Status.OPEN, Status.WAITING)),
    TicketFilter(statuses=(Status.CLOSED,), archived=Archived.EXCLUDED),
    TicketFilter(priorities=(Priority.URGENT, Priority.LOW)),
    TicketFilter(types=(TicketType.BUG_REPORT,), channels=(Channel.API,), priorities=(Priority.URGENT,)),
    TicketFilter(assignee=AssigneeChoice.ME, statuses=(Status.OPEN,)),
    TicketFilter(assignee=AssigneeChoice.NOBODY),
    TicketFilter(none_of=(TicketFilter(assignee=AssigneeChoice.ME),), types=(TicketType.BUG_REPORT,)),
    TicketFilter(any_of=(TicketFilter(statuses=(Status.OPEN,)), TicketFilter(channels=(Channel.CHAT,)))),
    TicketFilter(is_escalated=False),
    TicketFilter(any_of=(TicketFilter(is_merged=False), TicketFilter(statuses=(Status.OPEN,)))),
]


@pytest.mark.parametrize("filter_", FILTERS, ids=range(len(FILTERS)))
async def test_what_is_counted_beforehand_is_what_is_there(desk, ada, filter_):
    dice = random.Random(7)
    for nth in range(80):
        await _thrown(desk, dice, nth).save()
        if nth % 30 == 0:
            await fold_ticket_counts()

    counted = await ticket_counts.total(ada.actor, filter_)

    assert counted == Total(await _really(ada, filter_))
    counts = await ticket_counts.counts(ada.actor, filter_)
    assert counts.all.total == counted


async def test_counts_are_exact_while_sixteen_write_and_others_fold(desk, ada):
    stop = asyncio.Event()
    wrong: list[object] = []

    async def look() -> None:
        while not stop.is_set():
            await fold_ticket_counts()
            found = await ticket_counts.counts(ada.actor, LIVE)
            wrong.extend([found] if min(found.all.by_status.values()) < 0 else [])

    watching = [asyncio.create_task(look()) for _ in range(2)]
    await asyncio.gather(*(_work(ada, writer) for writer in range(WRITERS)))
    stop.set()
    await asyncio.gather(*watching)

    counted = (await ticket_counts.counts(ada.actor, LIVE)).all.by_status
    assert counted == {status: await _by_hand(desk, status) for status in Status}
    assert sum(counted.values()) == WRITERS
    assert wrong == []


async def test_a_change_that_was_undone_is_not_counted(ada, ticket):
    @operation
    async def close_and_fail(actor: Actor) -> None:
        async with change(actor) as made:
            row = await access.ticket(actor, ticket.id, Permission.UPDATE)
            row.move(Status.CLOSED, made.at)
            await row.save()
            raise Conflict("Not after all.")

    with pytest.raises(Conflict):
        await close_and_fail(ada.actor)

    counted = (await ticket_counts.counts(ada.actor, LIVE)).all.by_status
    assert (counted[Status.OPEN], counted[Status.CLOSED]) == (1, 0)


async def test_a_ticket_that_is_gone_is_counted_no_more(desk, ada):
    await fetch(MANY, desk.acme.id, 3, desk.carl.id)
    await fold_ticket_counts()

    await fetch("DELETE FROM ticket WHERE workspace_id = $1 AND number < 1003", desk.acme.id)

    assert await ticket_counts.total(ada.actor, LIVE) == Total(1)
    await fold_ticket_counts()
    assert await ticket_counts.total(ada.actor, LIVE) == Total(1)


async def test_folding_leaves_one_row_of_each_kind_and_the_same_counts(desk, ada, ticket):
    for status in (Status.WAITING, Status.OPEN, Status.WAITING):
        await tickets.update(ada.actor, ticket.id, TicketValues(status=status))
        await fold_ticket_counts()
    await tickets.update(ada.actor, ticket.id, TicketValues(status=Status.OPEN))
    before = await ticket_counts.counts(ada.actor, LIVE)

    await fold_ticket_counts()

    assert await ticket_counts.counts(ada.actor, LIVE) == before
    [rows] = await fetch(ROWS, desk.acme.id)
    assert (rows["rows"], rows["folded"]) == (2, 2)  # the coarse one and the fine one


async def test_a_change_that_moves_no_ticket_writes_no_count(desk, ada, ticket):
    [before] = await fetch(ROWS, desk.acme.id)

    await tickets.update(ada.actor, ticket.id, TicketValues(title="Another title"))

    assert await fetch(ROWS, desk.acme.id) == [before]


async def test_by_what_is_not_counted_a_thousand_is_exact_and_more_is_a_thousand(web, ada, desk):
    carls = TicketFilter(contact_id=desk.carl.id)
    await fetch(MANY, desk.acme.id, 1000, desk.carl.id)
    thousand = await ticket_counts.total(ada.actor, carls)
    await _new(ada, "Not Carl's")
    await fetch(MANY.replace("1000 + nth", "5000 + nth"), desk.acme.id, 1, desk.carl.id)

    more = await ticket_counts.total(ada.actor, carls)

    assert (thousand, more) == (Total(1000), Total(1000, is_exact=False))
    assert await ticket_counts.total(ada.actor, LIVE) == Total(1002)
    tally = (await ticket_counts.counts(ada.actor, carls)).all
    assert (tally.total, tally.is_exact) == (more, False)


async def test_a_page_says_how_many_there_are_and_whether_that_is_all(web, ada, desk):
    await fetch(MANY, desk.acme.id, 1001, desk.carl.id)
    query = """query ($filter: TicketFilter) {
      tickets(filter: $filter, first: 1) { totalCount isTotalCountExact }
    }"""
    carls = {"contactId": cast.id_of(desk.carl)}

    every, of_carl = [(await web.run(query, ada.key, filter=each))["tickets"] for each in ({}, carls)]

    assert every == {"totalCount": 1001, "isTotalCountExact": True}
    assert of_carl == {"totalCount": 1000, "isTotalCountExact": False}


async def test_the_count_of_a_page_is_made_once_for_both_fields(web, ada):
    heard: list[str] = []
    engine.watchers.append(heard.append)
    try:
        await web.run("{ tickets { totalCount isTotalCountExact } }", ada.key)
    finally:
        engine.watchers.remove(heard.append)

    assert len([each for each in heard if "ticket_count" in each]) == 1


async def _work(somebody: cast.Somebody, seed: int) -> None:
    """Create a ticket and move it about."""
    dice = random.Random(seed)
    ticket = await _new(somebody, f"Of writer {seed}")
    for _ in range(STEPS):
        status = dice.choice([Status.OPEN, Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED])
        assignee = dice.choice([None, somebody.member.id])
        await tickets.update(somebody.actor, ticket.id, TicketValues(status=status, assignee_id=assignee))


def _thrown(desk: cast.Desk, dice: random.Random, nth: int) -> Ticket:
    """Return a ticket of a kind that the dice say."""
    at = desk.acme.created_at
    return Ticket(
        workspace_id=desk.acme.id,
        number=500 + nth,
        title="Thrown",
        status=dice.choice(list(Status)),
        priority=dice.choice(list(Priority)),
        type=dice.choice(list(TicketType)),
        channel=dice.choice(list(Channel)),
        assignee_id=dice.choice([None, desk.ada.member.id, desk.grace.member.id]),
        created_at=at,
        updated_at=at,
        archived_at=dice.choice([None, None, at]),
    )


async def _really(somebody: cast.Somebody, filter_: TicketFilter) -> int:
    parameters = ticket_counts.Parameters(somebody.actor.workspace_id)
    where = ticket_counts.clause(filter_, somebody.actor, parameters)
    [row] = await fetch(
        f"SELECT count(*) AS count FROM ticket WHERE workspace_id = $1 AND {where}", *parameters.values
    )
    return row["count"]


async def _by_hand(desk: cast.Desk, status: Status) -> int:
    [row] = await fetch(BY_HAND, desk.acme.id, status)
    return row["count"]


async def _new(somebody: cast.Somebody, title: str) -> Ticket:
    return await tickets.create(somebody.actor, NewTicket(title))
