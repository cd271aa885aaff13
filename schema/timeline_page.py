"""A page of a ticket's timeline, for whoever asks: each sees what their access lets through."""

from typing import Any

from models.tickets import Ticket
from resolvers import lists
from schema.arguments import Wanted
from schema.connections import Connection
from schema.context import Info
from schema.cursors import parsed_seq_cursor, seq_cursor


async def timeline_page(ticket: Ticket, info: Info, wanted: Wanted) -> Connection[Any]:
    """Return the comments and events of the ticket, the oldest first."""
    actor = info.context.actor
    page = await lists.timeline(actor, ticket.id, wanted.window(parsed_seq_cursor))
    return Connection.over(
        page,
        cursor=lambda event: seq_cursor(event.seq),
        nodes=await info.context.load.timeline_items(page.rows),
        count=lambda: lists.count_timeline(actor, ticket.id),
    )
