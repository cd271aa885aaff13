"""Relay connections over keyset pages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import strawberry

from resolvers.lists import Page, Total

Node = TypeVar("Node")


@strawberry.type(description="Where a page of a connection stands.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow after this page.")
    has_previous_page: bool = strawberry.field(description="Whether some stand before this page.")
    start_cursor: str | None = strawberry.field(description="Of the first edge; null if empty.")
    end_cursor: str | None = strawberry.field(description="Of the last edge; null if empty.")


@strawberry.type(description="An item of a connection and where it stands.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(description="Give it as `after` or `before` to go on from here.")
    node: Node = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The items of the page with their cursors.")
    nodes: list[Node] = strawberry.field(description="The items of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    count: strawberry.Private[Callable[[], Awaitable[int | Total]]]
    counted: strawberry.Private["asyncio.Future[int | Total] | None"] = None

    @strawberry.field(
        description="How many there are on all pages, or 1000 if there are more and `isTotalCountExact` is"
        " false. Counted only when asked for."
    )
    async def total_count(self) -> int:
        return (await self._total()).count

    @strawberry.field(description="Whether `totalCount` is all there are; if not, there are more.")
    async def is_total_count_exact(self) -> bool:
        return (await self._total()).is_exact

    async def _total(self) -> Total:
        """Count once, whichever of the fields are asked for."""
        self.counted = self.counted or asyncio.ensure_future(self.count())
        total = await self.counted
        return total if isinstance(total, Total) else Total(total)

    @classmethod
    def over(
        cls,
        page: Page[Any],
        *,
        cursor: Callable[[Any], str],
        count: Callable[[], Awaitable[int | Total]],
        nodes: Sequence[Any] | None = None,
    ) -> "Connection[Any]":
        """Return the connection of a page. `nodes` stand for its rows, if they are not the rows."""
        cursors = [cursor(row) for row in page.rows]
        found = list(page.rows if nodes is None else nodes)
        return Connection(
            edges=[Edge(cursor=at, node=node) for at, node in zip(cursors, found, strict=True)],
            nodes=found,
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=page.has_previous,
                start_cursor=cursors[0] if cursors else None,
                end_cursor=cursors[-1] if cursors else None,
            ),
            count=count,
        )
