"""A page of the duplicates that joined a ticket."""

from typing import Any

from models.tickets import Ticket
from resolvers import duplicates
from schema.arguments import Wanted
from schema.connections import Connection
from schema.context import Info
from schema.cursors import number_cursor, parsed_number_cursor


async def duplicates_page(ticket: Ticket, info: Info, wanted: Wanted) -> Connection[Any]:
    """Return the ticket's duplicates, the oldest first; for many tickets by one statement."""
    load = info.context.load
    page = await load.pages(duplicates.pages, wanted.window(parsed_number_cursor)).load(ticket.id)
    return Connection.over(
        page,
        cursor=lambda row: number_cursor(row.id),
        count=lambda: load.many(duplicates.counts).load(ticket.id),
    )
