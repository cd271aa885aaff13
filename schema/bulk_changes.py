"""Changes of many tickets: how far they have come, and what became of each ticket."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any

import strawberry

import models.bulk_changes
from models.bulk_changes import BulkItem, BulkOutcome, BulkState, state_of, undoable_until
from models.members import Member as MemberRow
from models.tickets import Ticket as TicketRow
from resolvers import bulk_changes
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info, Parent
from schema.cursors import number_cursor, parsed_number_cursor
from schema.fields import column, derived, relation
from schema.ids import row_id
from schema.members import Member
from schema.nodes import Node
from schema.tickets import Ticket

Row = models.bulk_changes.BulkChange
BulkChangeId = Annotated[strawberry.ID, strawberry.argument(description="A bulk change's `id`.")]


@strawberry.type(description="What became of a ticket in a bulk change.")
class BulkResult:
    outcome: BulkOutcome = column("What became of it.")
    message: str | None = column("Why it was not done: a sentence for people; null where it was.")
    ticket = relation(
        ("ticket_id", TicketRow),
        of=Ticket | None,
        description="The ticket as it stands now; null where there is none.",
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, BulkItem)


@strawberry.type(description="One thing done to many tickets. All members see it.")
class BulkChange(Node):
    state = derived(
        state_of, "ended_at", "undone_at", "done", of=BulkState, description="How far it has come."
    )
    total: int = column("How many tickets it is about.")
    done: int = column("How many of them have their result. Read it again to follow its progress.")
    author = relation(("member_id", MemberRow), of=Member | None, description="Who asked for it.")
    created_at: datetime = column("When it was asked for.")
    ended_at: datetime | None = column("When the last ticket had its result; null while it is under way.")
    undoable_until = derived(
        undoable_until,
        *("ended_at", "undone_at", "undoes_id"),
        of=datetime | None,
        description="Until when `ticketBulkUndo` puts it back: 10 minutes from its end. Null before its end,"
        " once it was put back, and for what puts another one back.",
    )
    undoes = relation(
        ("undoes_id", Row), of="BulkChange | None", description="The bulk change that this one puts back."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)

    @strawberry.field(
        graphql_type=Connection[BulkResult],
        description="What became of each ticket that had its turn: in the order in which they were named,"
        " each once, or by age where a filter found them.",
    )
    @staticmethod
    async def results(
        root: Parent[Row],
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        window = wanted(first, after, last, before).window(parsed_number_cursor)

        async def count() -> int:
            return root.done

        return Connection.over(
            await info.context.load.pages(bulk_changes.results, window).load(root.id),
            cursor=lambda item: number_cursor(item.nth),
            count=count,
        )


@strawberry.type
class BulkChangeQueries:
    @strawberry.field(
        graphql_type=BulkChange | None,
        description="The bulk change with this id; null if there is none that you may see.",
    )
    def bulk_change(self, info: Info, id: BulkChangeId) -> Awaitable[Row | None]:
        return info.context.load.one(Row).load(row_id(id, "BulkChange"))
