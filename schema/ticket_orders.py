"""The order of a list of tickets as clients write it."""

from typing import Annotated, Any

import strawberry

from models.ticket_orders import NEWEST_FIRST, Direction, OrderField, TicketOrder
from schema.arguments import given


@strawberry.input(name="TicketOrder", description="In which order tickets come.")
class TicketOrderInput:
    field: OrderField = strawberry.field(description="What they are ordered by.")
    direction: Direction = strawberry.field(default=Direction.DESC, description="Which end comes first.")


OrderArgument = Annotated[
    TicketOrderInput | None,
    strawberry.argument(name="orderBy", description="The order; left out, the newest first."),
]


def ticket_order(argument: Any) -> TicketOrder:
    """Return the order that an argument asks for."""
    asked: TicketOrderInput | None = given(argument)
    return NEWEST_FIRST if asked is None else TicketOrder(asked.field, asked.direction)
