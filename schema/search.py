"""Searching, as members do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import strawberry

import models.highlights
import resolvers.highlights
import resolvers.search
from models.comments import Comment as CommentRow
from models.contacts import Contact as ContactRow
from models.highlights import SearchField
from models.search import SearchType
from models.tenancy import Tenant
from models.tickets import Ticket as TicketRow
from resolvers.lists import Page
from resolvers.search import Search, SearchPlace
from schema.arguments import After, First, given, wanted
from schema.comments import Comment
from schema.connections import Connection
from schema.contacts import Contact
from schema.context import Info
from schema.cursors import parsed_search_cursor, search_cursor
from schema.fields import column, load_ahead, relation
from schema.selections import names_below
from schema.ticket_filters import FilterArgument, ticket_filter
from schema.tickets import Ticket

Row: TypeAlias = TicketRow | ContactRow
ROWS: dict[SearchType, type[Tenant]] = {SearchType.TICKET: TicketRow, SearchType.CONTACT: ContactRow}

Query = Annotated[
    str,
    strawberry.argument(
        description="Words, 1 to 200 characters. All of them are found, in whatever texts; the last may be"
        " the beginning of one. Words in quotes stand side by side. There are no operators."
    ),
]
Types = Annotated[
    list[SearchType] | None,
    strawberry.argument(description="What to look for; left out or empty, everything."),
]


@dataclass(frozen=True)
class Result:
    """A row that was found and where the words stand in it."""

    row: Row
    highlights: Sequence[models.highlights.Highlight]


@strawberry.type(description="A stretch of text.")
class HighlightFragment:
    text: str = column("Plain text, never HTML.")
    is_match: bool = column("Whether it is what was searched for.")


@strawberry.type(description="A text in which something was found.")
class Highlight:
    field: SearchField = column("Which text.")
    fragments: list[HighlightFragment] = column(
        "The part of the text around the first match, about 240 characters; `…` where it was cut."
    )
    comment = relation(
        ("comment_id", CommentRow),
        of=Comment | None,
        description="The comment that it stands in; null in other fields.",
    )


@strawberry.interface(description="Something that a search found.")
class SearchResult:
    highlights: list[Highlight] = column(
        "Where it was found: at most the two newest comments, and the first 8,000 characters of a text."
    )


@strawberry.type(description="A ticket that a search found.")
class TicketResult(SearchResult):
    ticket = column("The ticket.", name="row", of=Ticket)

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Result) and isinstance(row.row, TicketRow)


@strawberry.type(description="A contact that a search found.")
class ContactResult(SearchResult):
    contact = column("The contact.", name="row", of=Contact)

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Result) and isinstance(row.row, ContactRow)


@strawberry.type
class SearchQueries:
    @strawberry.field(
        graphql_type=Connection[SearchResult],
        description="Tickets by title, description, reference, comments, notes and customer, and contacts by"
        " name, address and company. Of the newest 200 of either the best come first; then come the older"
        " ones. Only the first 20,000 characters of a text are known. `totalCount` counts to 1,000.",
    )
    async def search(
        self,
        info: Info,
        query: Query,
        types: Types = strawberry.UNSET,
        filter: FilterArgument = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[Any]:
        window = wanted(first, after, None, None).window(parsed_search_cursor)
        kinds = given(types) or list(SearchType)
        asked = await resolvers.search.understood(info.context.actor, query, kinds, ticket_filter(filter))
        found = await resolvers.search.find(asked, window)
        rows = await _rows(info, found)
        return Connection.over(
            Page(list(rows), has_next=found.has_next, has_previous=window.place is not None),
            cursor=search_cursor,
            nodes=await _results(info, asked, list(rows.values())),
            count=lambda: resolvers.search.count(asked),
        )


async def _rows(info: Info, found: resolvers.search.Found) -> dict[SearchPlace, Row]:
    """Return the row of each hit by its place; one that is gone since it was found is left out."""
    ids: dict[SearchType, list[int]] = {kind: [] for kind in ROWS}
    for hit in found.hits:
        ids[hit.kind].append(hit.row_id)
    loaded = {kind: await info.context.load.one(ROWS[kind]).load_many(ids[kind]) for kind in ids}
    rows = {
        (kind, row.id): row for kind, found_rows in loaded.items() for row in found_rows if row is not None
    }
    pairs = [
        (place, rows.get((hit.kind, hit.row_id))) for hit, place in zip(found.hits, found.places, strict=True)
    ]
    return {place: row for place, row in pairs if row is not None}


async def _results(info: Info, asked: Search, rows: Sequence[Row]) -> list[Result]:
    """Return what clients see of the rows, with highlights if these are selected."""
    names = names_below(info)
    tickets = [row for row in rows if isinstance(row, TicketRow)]
    await load_ahead(info.context.load, Ticket, tickets, names)
    if "highlights" not in names:
        return [Result(row, ()) for row in rows]
    found = await resolvers.highlights.highlights(info.context.actor, asked, rows)
    return [Result(row, highlights) for row, highlights in zip(rows, found, strict=True)]
