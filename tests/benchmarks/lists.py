"""What a page of each list of tickets takes, and each count, among very many, raced against fewer."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median

from jobs.ticket_counts import fold_ticket_counts
from models import clock
from models.actors import Actor
from models.database import database
from models.ticket_enums import Priority, Status, TicketType
from models.ticket_filters import LIVE, Archived, AssigneeChoice, TicketFilter
from models.ticket_orders import NEWEST_FIRST, Direction, OrderField, Place, TicketOrder
from resolvers import ticket_counts, ticket_lists
from resolvers.lists import Window
from tests.benchmarks import stage
from tests.benchmarks.crowd import Marks, fill
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure

PAGE = Window[Place](25)
OLDEST_FIRST = TicketOrder(direction=Direction.ASC)
MINE = replace(LIVE, assignee=AssigneeChoice.ME)
OPEN = replace(LIVE, statuses=(Status.OPEN,))
TAB = replace(LIVE, statuses=(Status.OPEN, Status.WAITING), priorities=(Priority.HIGH, Priority.URGENT))
BUGS = replace(LIVE, types=(TicketType.BUG_REPORT,))


@dataclass(frozen=True)
class Crowd:
    """A workspace with many tickets, as one of its members sees it."""

    actor: Actor
    marks: Marks
    count: int


Run = Callable[[], Awaitable[object]]
Shape = Callable[[Crowd], Run]


def page(filter_: TicketFilter | Callable[[Marks], TicketFilter], order: TicketOrder = NEWEST_FIRST) -> Shape:
    """Return the reading of a list's first page."""

    def of(crowd: Crowd) -> Run:
        asked = filter_ if isinstance(filter_, TicketFilter) else filter_(crowd.marks)
        return lambda: ticket_lists.tickets(crowd.actor, asked, order, PAGE)

    return of


def count(filter_: TicketFilter | Callable[[Marks], TicketFilter]) -> Shape:
    """Return the counting of all tabs under a filter."""

    def of(crowd: Crowd) -> Run:
        asked = filter_ if isinstance(filter_, TicketFilter) else filter_(crowd.marks)
        return lambda: ticket_counts.counts(crowd.actor, asked)

    return of


def deep(crowd: Crowd) -> Run:
    """Return the reading of a page in the middle of the list of all."""
    middle = (clock.now() - timedelta(minutes=crowd.count // 2), 1)
    return lambda: ticket_lists.tickets(crowd.actor, LIVE, NEWEST_FIRST, Window(25, middle))


SHAPES: dict[str, Shape] = {
    "list_newest": page(LIVE),
    "list_oldest": page(LIVE, OLDEST_FIRST),
    "list_middle": deep,
    "list_last_changed": page(LIVE, TicketOrder(OrderField.UPDATED_AT)),
    "list_most_urgent": page(LIVE, TicketOrder(OrderField.PRIORITY)),
    "list_open": page(OPEN),
    "list_open_longest_unchanged": page(OPEN, TicketOrder(OrderField.UPDATED_AT, Direction.ASC)),
    "list_tab_with_priorities": page(TAB),
    "list_mine": page(MINE),
    "list_nobodys": page(replace(LIVE, assignee=AssigneeChoice.NOBODY)),
    "list_of_contact": page(lambda marks: replace(LIVE, contact_id=marks.contact_id)),
    "list_common_label": page(lambda marks: replace(LIVE, label_ids=(marks.common_label,))),
    "list_rare_label": page(lambda marks: replace(LIVE, label_ids=(marks.rare_label,))),
    "list_old_label": page(lambda marks: replace(LIVE, label_ids=(marks.old_label,))),
    "list_archived": page(TicketFilter(archived=Archived.ONLY)),
    "count_tabs": count(LIVE),
    "count_tabs_of_type": count(BUGS),
    "count_of_contact": count(lambda marks: replace(LIVE, contact_id=marks.contact_id)),
    "count_common_label": count(lambda marks: replace(LIVE, label_ids=(marks.common_label,))),
}


async def measure(url: str, effort: Effort) -> list[Figure]:
    """Return for each shape what it takes among the most tickets: no HTTP, all statements."""
    sizes = (effort.many_tickets[0], effort.many_tickets[-1])
    async with database(url):
        crowds = [await _crowd(url, f"lists-{nth}", size) for nth, size in enumerate(sizes)]
        await fold_ticket_counts()
        return [await _race(name, shape, crowds, effort) for name, shape in SHAPES.items()]


async def _crowd(url: str, slug: str, size: int) -> Crowd:
    office = await stage.found(slug)
    return Crowd(office.ada, await fill(url, office.workspace.id, slug, size), size)


async def _race(name: str, shape: Shape, crowds: Sequence[Crowd], effort: Effort) -> Figure:
    """Take both crowds in turn, for there is more than one thing that a machine does."""
    fewer, most = (shape(crowd) for crowd in crowds)
    both = [
        (await _milliseconds(most, effort), await _milliseconds(fewer, effort)) for _ in range(effort.rounds)
    ]
    ratio = median(one / other for one, other in both)
    baseline = f"the same among {crowds[0].count}"
    return Figure(f"{name}_{crowds[1].count}", median(one for one, _ in both), "ms", ratio, baseline)


async def _milliseconds(run: Run, effort: Effort) -> float:
    """Return the median of one run within a tenth of a round."""
    taken, until = list[float](), time.perf_counter() + effort.round_seconds / 10
    while not taken or time.perf_counter() < until:
        began = time.perf_counter()
        await run()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
