"""The tickets of a contact, a member or a label: a page of them for each of many, by one statement."""

from typing import Annotated, Any

import strawberry

from models.tenancy import Tenant
from models.ticket_orders import NEWEST_FIRST
from resolvers import ticket_counts, ticket_lists
from resolvers.ticket_lists import Parent
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info
from schema.cursors import parsed_ticket_cursor, ticket_cursor
from schema.ticket_filters import FilterArgument, ticket_filter

Ticket = Annotated["Ticket", strawberry.lazy("schema.tickets")]


def tickets_of(parent: Parent, description: str) -> Any:
    """Declare a field of the parent's tickets, the newest first."""

    async def value(
        root: strawberry.Parent[Any],
        info: Info,
        filter: FilterArgument = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        window = wanted(first, after, last, before).window(_place)
        return await _page(root, info, (parent, ticket_filter(filter), window))

    return strawberry.field(resolver=value, graphql_type=Connection[Ticket], description=description)


async def _page(root: Tenant, info: Info, asked: tuple[Parent, Any, Any]) -> Connection[Any]:
    load = info.context.load
    page = await load.pages(ticket_lists.tickets_of_each, asked).load(root.id)
    return Connection.over(
        page,
        cursor=lambda row: ticket_cursor(NEWEST_FIRST, NEWEST_FIRST.place(row)),
        count=lambda: load.pages(ticket_counts.totals_of_each, asked[:2]).load(root.id),
    )


def _place(text: str) -> Any:
    return parsed_ticket_cursor(NEWEST_FIRST, text)
