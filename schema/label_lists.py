"""Finding labels."""

from typing import Any

import strawberry

from models.labels import Label as LabelRow
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info
from schema.labels import Label
from schema.name_lists import Containing, name_page


@strawberry.type
class LabelQueries:
    @strawberry.field(graphql_type=Connection[Label], description="The workspace's labels, by name.")
    async def labels(
        self,
        info: Info,
        query: Containing = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        return await name_page(info, LabelRow, query, wanted(first, after, last, before))
