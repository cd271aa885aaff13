"""Canned responses: texts kept for answering."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models.canned_responses
from models.members import Member as MemberRow
from resolvers.canned_responses import fill
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info
from schema.fields import column, relation
from schema.ids import row_id
from schema.members import Member
from schema.name_lists import Containing, name_page
from schema.nodes import Node

Row = models.canned_responses.CannedResponse
WORDS = "; ".join(f"`{name}`, {text}" for name, text in models.canned_responses.VARIABLES.items())
CannedResponseId = Annotated[strawberry.ID, strawberry.argument(description="The canned response.")]
TicketId = Annotated[strawberry.ID, strawberry.argument(description="The ticket it is inserted on.")]


@strawberry.type(description="A text kept for answering. Its variables are filled in when it is inserted.")
class CannedResponse(Node):
    name: str = column("What it is picked by; one of a kind in the workspace.")
    body: str = column(
        f"Plain text with variables as `{{{{name}}}}` or `{{{{name|fallback}}}}`. They are: {WORDS}."
    )
    created_at: datetime = column("When it was made.")
    updated_at: datetime = column("When it was last changed.")
    updated_by = relation(
        ("updated_by_id", MemberRow),
        of=Member | None,
        description="Who changed it last; null while it is as the workspace began with it.",
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.type
class CannedResponseQueries:
    @strawberry.field(
        graphql_type=Connection[CannedResponse], description="The workspace's canned responses, by name."
    )
    async def canned_responses(
        self,
        info: Info,
        query: Containing = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        return await name_page(info, Row, query, wanted(first, after, last, before))

    @strawberry.field(
        description="The text with its variables filled in for this ticket, and with your name, to be edited"
        " and sent; what it was filled with is never filled in again. Without a value the fallback stands,"
        " and without that, nothing. Null if there is no such canned response or ticket that you may see."
        " For those who may reply."
    )
    async def canned_response_filled(
        self, info: Info, canned_response_id: CannedResponseId, ticket_id: TicketId
    ) -> str | None:
        response = row_id(canned_response_id, "CannedResponse")
        return await fill(info.context.actor, response, row_id(ticket_id, "Ticket"))
