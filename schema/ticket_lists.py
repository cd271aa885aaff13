"""Finding tickets."""

from collections.abc import Awaitable
from typing import Annotated, Any

import strawberry

from models.tickets import Ticket as TicketRow
from models.tickets import number_of
from resolvers import access, ticket_counts, ticket_lists
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info
from schema.cursors import parsed_ticket_cursor, ticket_cursor
from schema.fields import load_ahead
from schema.ids import row_id
from schema.selections import names_below
from schema.ticket_filters import FilterArgument, ticket_filter
from schema.ticket_orders import OrderArgument, ticket_order
from schema.tickets import Ticket

TicketId = Annotated[strawberry.ID, strawberry.argument(description="A ticket's `id`.")]
Reference = Annotated[str, strawberry.argument(description="As a person wrote it.")]


@strawberry.type
class TicketQueries:
    @strawberry.field(
        graphql_type=Ticket | None,
        description="The ticket with this id; null if there is none that you may see.",
    )
    def ticket(self, info: Info, id: TicketId) -> Awaitable[TicketRow | None]:
        return info.context.load.one(TicketRow).load(row_id(id, "Ticket"))

    @strawberry.field(
        graphql_type=Ticket | None,
        description="The ticket that people call `TKT-0042`; `tkt-42` and `42` find it too.",
    )
    async def ticket_by_reference(self, info: Info, reference: Reference) -> TicketRow | None:
        number = number_of(reference)
        return None if number is None else await access.tickets(info.context.actor).get_or_none(number=number)

    @strawberry.field(
        graphql_type=Connection[Ticket],
        description="The tickets that meet the filter, in the order that is asked for.",
    )
    async def tickets(
        self,
        info: Info,
        filter: FilterArgument = strawberry.UNSET,
        order_by: OrderArgument = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        actor = info.context.actor
        asked, order = ticket_filter(filter), ticket_order(order_by)
        window = wanted(first, after, last, before).window(lambda text: parsed_ticket_cursor(order, text))
        page = await ticket_lists.tickets(actor, asked, order, window)
        await load_ahead(info.context.load, Ticket, page.rows, names_below(info))
        return Connection.over(
            page,
            cursor=lambda row: ticket_cursor(order, order.place(row)),
            count=lambda: ticket_counts.total(actor, asked),
        )
