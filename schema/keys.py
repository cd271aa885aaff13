"""API keys, as their members and admins see them: all but the secret."""

from datetime import datetime
from typing import Any

import strawberry

import models.keys
from models.members import Member as MemberRow
from models.permissions import Scope
from resolvers import access
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info
from schema.fields import column, derived, load_ahead, relation
from schema.members import Member
from schema.newest_lists import newest_page
from schema.nodes import Node
from schema.selections import names_below

Row = models.keys.ApiKey


def _scopes(scopes: list[str]) -> list[Scope]:
    return [Scope(scope) for scope in scopes]


@strawberry.type(description="A key by which a program acts for a member. Its member sees it, and admins do.")
class ApiKey(Node):
    name: str = column("What it is used for.")
    hint: str = column("The first eight characters of the secret, to know it by.")
    scopes = derived(
        _scopes,
        "scopes",
        of=list[Scope],
        description="What it may do, of what its member may.",
    )
    member = relation(("member_id", MemberRow), of=Member | None, description="For whom it acts.")
    created_at: datetime = column("When it was made.")
    expires_at: datetime | None = column("When it ends by itself; null: never.")
    revoked_at: datetime | None = column("When it was ended; null: it was not.")
    last_used_at: datetime | None = column("When it was last used, give or take an hour; null: not yet.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.type
class KeyQueries:
    @strawberry.field(
        graphql_type=Connection[ApiKey],
        description="API keys, ended ones too, the newest first: your own; for admins, all of the workspace.",
    )
    async def api_keys(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any]:
        rows = access.api_keys(info.context.actor)
        page = await newest_page(rows, wanted(first, after, last, before))
        await load_ahead(info.context.load, ApiKey, page.nodes, names_below(info))
        return page
