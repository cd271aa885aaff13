"""Finding members."""

from typing import Annotated, Any

import strawberry

from models.permissions import Role
from models.texts import checked_text
from resolvers.member_lists import MemberFilter, count_members, members_by_name
from schema.arguments import After, Before, First, Last, given, wanted
from schema.connections import Connection
from schema.context import Info
from schema.cursors import number_cursor, parsed_number_cursor
from schema.fields import load_ahead
from schema.members import Member
from schema.selections import names_below

QUERY_LENGTH = 100
Containing = Annotated[
    str | None, strawberry.argument(description="Only those whose name or address contains this text.")
]
Roles = Annotated[list[Role] | None, strawberry.argument(description="Only those with one of these roles.")]
IsActive = Annotated[
    bool | None,
    strawberry.argument(description="True: only members; false: only who was removed; left out: both."),
]


@strawberry.type
class MemberQueries:
    @strawberry.field(graphql_type=Connection[Member], description="The workspace's members, by name.")
    async def members(
        self,
        info: Info,
        query: Containing = strawberry.UNSET,
        roles: Roles = strawberry.UNSET,
        is_active: IsActive = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        actor, asked = info.context.actor, given(roles)
        containing = checked_text(given(query) or "", "query", most=QUERY_LENGTH)
        found = MemberFilter(containing, None if asked is None else tuple(asked), given(is_active))
        window = wanted(first, after, last, before).window(parsed_number_cursor)
        page = await members_by_name(actor, found, window)
        await load_ahead(info.context.load, Member, page.rows, names_below(info))
        return Connection.over(
            page, cursor=lambda row: number_cursor(row.id), count=lambda: count_members(actor, found)
        )
