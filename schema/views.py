"""Saved views, and the tickets that they show."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models.views
from models.errors import NotFound
from models.members import Member as MemberRow
from models.permissions import Permission
from models.ticket_orders import Direction, OrderField
from models.views import read_filter
from resolvers import access, ticket_counts, ticket_lists
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info
from schema.cursors import parsed_ticket_cursor, ticket_cursor
from schema.fields import column, derived, load_ahead, relation
from schema.ids import row_id
from schema.members import Member
from schema.newest_lists import newest_page
from schema.nodes import Node
from schema.selections import names_below
from schema.tickets import Ticket
from schema.view_filters import KeptTicketFilter, shown_filter

Row = models.views.View
ViewId = Annotated[strawberry.ID, strawberry.argument(description="A view's `id`.")]


@strawberry.type(description="Tickets by a filter and an order, kept under a name. Own ones only you see.")
class View(Node):
    name: str = column("What it is called.")
    is_shared: bool = column("Whether every member sees it. Only admins change those.")
    member = relation(("member_id", MemberRow), of=Member | None, description="Whose it is, or who made it.")
    filter = derived(shown_filter, "conditions", of=KeptTicketFilter, description="Which tickets it shows.")
    order_field: OrderField = column("What they are ordered by.")
    order_direction: Direction = column("Which end comes first.")
    created_at: datetime = column("When it was made.")
    updated_at: datetime = column("When it was last changed.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.type
class ViewQueries:
    @strawberry.field(
        graphql_type=Connection[View], description="Your views and those that are shared, the newest first."
    )
    async def views(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        rows = access.views(info.context.actor)
        page = await newest_page(rows, wanted(first, after, last, before))
        await load_ahead(info.context.load, View, page.nodes, names_below(info))
        return page

    @strawberry.field(
        graphql_type=Connection[Ticket],
        description="The tickets that a view shows, in its order. NOT_FOUND when there is no such view that"
        " you may see.",
    )
    async def view_tickets(
        self,
        info: Info,
        view_id: ViewId,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        actor = info.context.actor
        actor.require(Permission.READ)
        view = await access.views(actor).get_or_none(id=row_id(view_id, "View"))
        if view is None:
            raise NotFound("There is no such view.")
        filter_, order = read_filter(view.conditions), view.order
        window = wanted(first, after, last, before).window(lambda text: parsed_ticket_cursor(order, text))
        page = await ticket_lists.tickets(actor, filter_, order, window)
        await load_ahead(info.context.load, Ticket, page.rows, names_below(info))
        return Connection.over(
            page,
            cursor=lambda row: ticket_cursor(order, order.place(row)),
            count=lambda: ticket_counts.total(actor, filter_),
        )
