"""A page of a ticket's timeline, for whoever asks: each sees what their access lets through."""

from collections.abc import Sequence
from typing import Any

from models.comments import Comment
from models.events import Event
from models.tickets import Ticket
from resolvers import timelines
from schema.arguments import Wanted
from schema.connections import Connection
from schema.context import Info
from schema.cursors import parsed_seq_cursor, seq_cursor
from schema.loaders import Loaders


async def timeline_page(ticket: Ticket, info: Info, wanted: Wanted) -> Connection[Any]:
    """Return the comments and events of the ticket, the oldest first; for many tickets by one statement."""
    load = info.context.load
    page = await load.pages(timelines.timelines, wanted.window(parsed_seq_cursor)).load(ticket.id)
    return Connection.over(
        page,
        cursor=lambda event: seq_cursor(event.seq),
        nodes=await _items(load, page.rows),
        count=lambda: load.many(timelines.timeline_counts).load(ticket.id),
    )


async def _items(load: Loaders, events: Sequence[Event]) -> list[Comment | Event]:
    """Return for each event the comment that appeared by it, or where there is none the event itself."""
    ids = [event.new_comment_id for event in events if event.new_comment_id is not None]
    comments = {row.id: row for row in await load.one(Comment).load_many(ids) if row is not None}
    return [comments.get(event.new_comment_id or 0, event) for event in events]
