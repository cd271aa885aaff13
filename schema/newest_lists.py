"""Connections that show the newest first, by a number that only grows."""

from typing import Any

from tortoise.queryset import QuerySet

from resolvers.lists import Row
from resolvers.newest_lists import newest
from schema.arguments import Wanted
from schema.connections import Connection
from schema.cursors import number_cursor, parsed_number_cursor


async def newest_page(rows: QuerySet[Row], wanted: Wanted, *, by: str = "id") -> Connection[Any]:
    """Return a page of the rows, the newest first. `by` is the column of the number."""
    return Connection.over(
        await newest(rows, wanted.window(parsed_number_cursor), by=by),
        cursor=lambda row: number_cursor(getattr(row, by)),
        count=rows.count,
    )
