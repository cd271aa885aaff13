"""How many tickets there are, for the tabs of a dashboard."""

import strawberry

import resolvers.ticket_counts
from models.ticket_enums import Status
from resolvers.ticket_counts import Tally
from schema.context import Info
from schema.ticket_filters import FilterArgument, ticket_filter


@strawberry.type(description="How many tickets there are in a status.")
class TicketStatusCount:
    status: Status = strawberry.field(description="The status.")
    count: int = strawberry.field(description="So many, or at least so many where the tally is not exact.")


@strawberry.type(description="How many tickets there are, in all and in each status.")
class TicketTally:
    count: int = strawberry.field(description="So many; 1000 if they are more and `isExact` is false.")
    is_exact: bool = strawberry.field(description="Whether these are all; if not, there may be more.")
    by_status: list[TicketStatusCount] = strawberry.field(
        description="Each status once, in the order of their life; 0 where there is none."
    )


@strawberry.type(
    description="How many tickets meet a filter. Exact by status, priority, type, channel, assignee and"
    " whether they are archived; by any other condition, exact up to 1000."
)
class TicketCounts:
    all: TicketTally = strawberry.field(description="All of them.")
    mine: TicketTally = strawberry.field(description="Those of them that are assigned to you.")
    unassigned: TicketTally = strawberry.field(description="Those of them that are nobody's yet.")


@strawberry.type
class TicketCountQueries:
    @strawberry.field(description="How many tickets meet the filter, by one statement.")
    async def ticket_counts(self, info: Info, filter: FilterArgument = strawberry.UNSET) -> TicketCounts:
        found = await resolvers.ticket_counts.counts(info.context.actor, ticket_filter(filter))
        return TicketCounts(all=_told(found.all), mine=_told(found.mine), unassigned=_told(found.unassigned))


def _told(tally: Tally) -> TicketTally:
    total = tally.total
    by_status = [TicketStatusCount(status=status, count=count) for status, count in tally.by_status.items()]
    return TicketTally(count=total.count, is_exact=total.is_exact, by_status=by_status)
