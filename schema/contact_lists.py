"""Finding contacts."""

from enum import Enum
from typing import Annotated, Any

import strawberry

from models.texts import checked_text
from resolvers import contact_lists
from schema.arguments import After, Before, First, Last, given, wanted
from schema.connections import Connection
from schema.contacts import Contact
from schema.context import Info
from schema.cursors import number_cursor, parsed_number_cursor
from schema.name_lists import QUERY_LENGTH, name_cursor, parsed_name_cursor


@strawberry.enum(description="In which order contacts are listed.")
class ContactOrder(Enum):
    NAME = strawberry.enum_value("NAME", description="By name, whatever its case.")
    NEWEST = strawberry.enum_value("NEWEST", description="Who came last comes first.")


Words = Annotated[
    str | None,
    strawberry.argument(
        description="Only those who have all these words, or words that begin so, in their name, address,"
        " company or external id, whatever their case and accents. At most 100 characters."
    ),
]
OrderBy = Annotated[ContactOrder, strawberry.argument(description="The order; a cursor is good for one.")]


@strawberry.type
class ContactQueries:
    @strawberry.field(
        graphql_type=Connection[Contact], description="The workspace's customers, without those erased."
    )
    async def contacts(
        self,
        info: Info,
        query: Words = strawberry.UNSET,
        order_by: OrderBy = ContactOrder.NAME,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        page = wanted(first, after, last, before)
        words = checked_text(given(query) or "", "query", most=QUERY_LENGTH)
        actor = info.context.actor
        if order_by is ContactOrder.NAME:
            by_name = page.window(parsed_name_cursor)
            return Connection.over(
                await contact_lists.contacts_by_name(actor, by_name, words),
                cursor=lambda row: name_cursor(row.name, row.id),
                count=lambda: contact_lists.count_contacts(actor, words),
            )
        return Connection.over(
            await contact_lists.newest_contacts(actor, page.window(parsed_number_cursor), words),
            cursor=lambda row: number_cursor(row.id),
            count=lambda: contact_lists.count_contacts(actor, words),
        )
