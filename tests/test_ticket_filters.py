"""Filters of tickets: read over rows and as SQL, and what clients may and may not ask for."""

from datetime import UTC, datetime, timedelta

import cast
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from models.clock import now
from models.database import fetch
from models.errors import Invalid
from models.followers import TicketFollower
from models.labels import Label, LabelColor, TicketLabel
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.ticket_filters import (
    MOST_VALUES,
    Archived,
    AssigneeChoice,
    Between,
    TicketFilter,
    checked_filter,
    matches,
)
from models.tickets import Ticket
from resolvers.ticket_filters import Parameters, clause

DAY = datetime(2026, 5, 1, tzinfo=UTC)
INSTANTS = [DAY + timedelta(days=n) for n in range(4)]
ROWS = 60

instants = some.none() | some.sampled_from(INSTANTS)
flags = some.none() | some.booleans()


def lists(*values: object) -> some.SearchStrategy:
    return some.lists(some.sampled_from(values), max_size=2).map(tuple)


def filters(*, members: list[int], contacts: list[int], labels: list[int]) -> some.SearchStrategy:
    """Filters of all kinds, up to three levels deep."""
    spans = some.none() | some.builds(Between, instants, instants)
    leaves = {
        "statuses": lists(*Status),
        "priorities": lists(*Priority),
        "types": lists(*TicketType),
        "channels": lists(*Channel),
        "label_ids": lists(*labels),
        "assignee": some.none() | some.sampled_from([*AssigneeChoice, *members]),
        "contact_id": some.none() | some.sampled_from(contacts),
        "created": spans,
        "updated": spans,
        "archived": some.none() | some.sampled_from(Archived),
        "is_escalated": flags,
        "is_merged": flags,
        "is_followed": flags,
    }
    few = some.fixed_dictionaries({}, optional=leaves).filter(lambda chosen: len(chosen) <= 3)
    leaf = few.map(lambda chosen: TicketFilter(**chosen))

    def inside(inner: some.SearchStrategy) -> some.SearchStrategy:
        groups = some.lists(inner, max_size=2).map(tuple)
        branches = some.fixed_dictionaries({"all_of": groups, "any_of": groups, "none_of": groups})
        return some.tuples(few, branches).map(lambda both: TicketFilter(**both[0], **both[1]))

    return some.recursive(leaf, inside, max_leaves=6)


@pytest.fixture
async def rows(desk: cast.Desk) -> tuple[list[Ticket], dict[int, set[int]], list[int]]:
    """Sixty tickets that differ in everything a filter can ask for, their labels, and the labels' ids."""
    home = {"workspace_id": desk.acme.id}
    labels = [
        await Label.create(**home, name=f"L{n}", color=LabelColor.RED, created_at=now()) for n in range(3)
    ]
    tickets = [Ticket(**home, **_values(nth, desk)) for nth in range(ROWS)]
    for row in tickets:
        await row.save()
    for row in tickets[::3]:
        row.merged_into_id = tickets[0].id if row is not tickets[0] else None
        await row.save()
    worn = {row.id: {label.id for label in labels if (row.number // 2) & (label.id % 4)} for row in tickets}
    await TicketLabel.bulk_create(
        [TicketLabel(**home, ticket_id=t, label_id=each) for t, ids in worn.items() for each in ids]
    )
    return tickets, worn, [label.id for label in labels]


async def test_both_readings_of_a_filter_find_the_same_tickets(desk, ada, rows):
    tickets, worn, label_ids = rows
    followers = await _let_follow(tickets, [desk.ada.member.id, desk.grace.member.id])
    members = [desk.ada.member.id, desk.grace.member.id, desk.vic.member.id]
    tried: list[TicketFilter] = []
    known = filters(members=members, contacts=[desk.carl.id, desk.carl.id + 1], labels=label_ids)

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(known)
    def gather(filter_: TicketFilter) -> None:
        tried.append(filter_)

    gather()

    for filter_ in tried:
        by_rule = {
            row.id
            for row in tickets
            if matches(filter_, row, worn[row.id], followers[row.id], me=ada.actor.member_id)
        }
        assert await _by_sql(filter_, ada) == by_rule, filter_
    assert len({len(await _by_sql(each, ada)) for each in tried[:100]}) > 5


async def test_whoever_is_no_member_has_no_tickets_of_their_own(desk, rows):
    mine = TicketFilter(assignee=AssigneeChoice.ME)

    assert not any(matches(mine, row, (), (), me=None) for row in rows[0])


def _nested(levels: int) -> TicketFilter:
    return TicketFilter(all_of=(_nested(levels - 1),)) if levels > 1 else TicketFilter()


def _wide(conditions: int) -> TicketFilter:
    return TicketFilter(any_of=tuple(TicketFilter() for _ in range(conditions - 1)))


@pytest.mark.parametrize(
    "filter_",
    [
        _nested(5),
        _wide(50),
        TicketFilter(label_ids=tuple(range(MOST_VALUES))),
        TicketFilter(all_of=tuple(TicketFilter(contact_id=n) for n in range(24)), is_merged=True),
    ],
)
def test_a_filter_may_be_as_large_as_this(filter_):
    assert checked_filter(filter_) is filter_


@pytest.mark.parametrize(
    "filter_",
    [
        _nested(6),
        _wide(51),
        TicketFilter(label_ids=tuple(range(MOST_VALUES + 1))),
        TicketFilter(none_of=(TicketFilter(statuses=(Status.OPEN,) * (MOST_VALUES + 1)),)),
        TicketFilter(all_of=tuple(TicketFilter(contact_id=n) for n in range(25))),
    ],
)
def test_a_larger_filter_is_refused(filter_):
    with pytest.raises(Invalid):
        checked_filter(filter_)


def _values(nth: int, desk: cast.Desk) -> dict[str, object]:
    """Return the columns of the nth ticket: each varies at its own pace."""

    def turn(values: list, pace: int) -> object:
        return values[nth // pace % len(values)]

    return {
        "number": 100 + nth,
        "title": f"Ticket {nth}",
        "status": turn(list(Status), 1),
        "priority": turn(list(Priority), 2),
        "type": turn(list(TicketType), 3),
        "channel": turn(list(Channel), 5),
        "assignee_id": turn([None, desk.ada.member.id, desk.grace.member.id], 4),
        "contact_id": turn([None, desk.carl.id], 7),
        "created_at": turn(INSTANTS, 1),
        "updated_at": turn(INSTANTS, 6),
        "archived_at": turn([None, None, DAY], 1),
        "escalated_at": turn([None, DAY], 5),
    }


async def _let_follow(tickets: list[Ticket], member_ids: list[int]) -> dict[int, set[int]]:
    """Let the members follow some of the tickets, none, one or both of them; return who follows each."""
    followers = {row.id: {each for each in member_ids if row.number // 3 & each} for row in tickets}
    await TicketFollower.bulk_create(
        [
            TicketFollower(workspace_id=row.workspace_id, ticket_id=row.id, member_id=each, created_at=DAY)
            for row in tickets
            for each in followers[row.id]
        ]
    )
    return followers


async def _by_sql(filter_: TicketFilter, somebody: cast.Somebody) -> set[int]:
    parameters = Parameters(somebody.actor.workspace_id)
    condition = clause(filter_, somebody.actor, parameters)
    found = await fetch(
        f"SELECT id FROM ticket WHERE ticket.workspace_id = $1 AND {condition}", *parameters.values
    )
    return {row["id"] for row in found}
