"""Who asks, where the log stands, and how much more may be asked."""

from collections.abc import Awaitable
from datetime import datetime
from typing import cast

import strawberry

import models.workspaces
from models.members import Member as MemberRow
from resolvers import access
from schema.context import Info
from schema.cursors import event_cursor
from schema.fields import column
from schema.members import Member
from schema.nodes import Node
from schema.rates import Allowance, allowance
from schema.scalars import EventCursor


@strawberry.type(description="A team's help desk.")
class Workspace(Node):
    slug: str = column("Its name in addresses.")
    name: str = column("What people call it.")
    zone: str = column("The IANA time zone of its office hours.")
    reopen_days: int = column("For so many days a customer's message opens a closed ticket again; 0: never.")
    close_days: int | None = column(
        "A resolved ticket is closed after so many quiet days; null: it never is."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.workspaces.Workspace)


@strawberry.type(description="You: the member who is signed in, or for whom the key acts.")
class Viewer:
    @strawberry.field(graphql_type=Member, description="Your membership.")
    def member(self, info: Info) -> Awaitable[MemberRow | None]:
        return info.context.load.one(MemberRow).load(cast(int, info.context.actor.member_id))

    @strawberry.field(graphql_type=Workspace, description="The workspace you are in.")
    async def workspace(self, info: Info) -> models.workspaces.Workspace:
        return await access.workspace(info.context.actor)

    @strawberry.field(description="What you may do, by the names of permissions.")
    def permissions(self, info: Info) -> list[str]:
        return sorted(info.context.actor.permissions)


@strawberry.type(description="How much you may ask, in points of cost.")
class RateLimit:
    limit: int = strawberry.field(description="The most points that can be saved up.")
    cost: int = strawberry.field(description="What this operation cost.")
    remaining: int = strawberry.field(description="What is left.")
    reset_at: datetime = strawberry.field(description="When all of it is back, if nothing more is asked.")


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="You.")
    def viewer(self) -> Viewer:
        return Viewer()

    @strawberry.field(
        description="Where the workspace's log stands. Read it first, then what you show, then subscribe"
        " `after` it: nothing is missed."
    )
    async def event_cursor(self, info: Info) -> EventCursor:
        return EventCursor(event_cursor(info.context.actor, await access.head(info.context.actor)))

    @strawberry.field(graphql_type=RateLimit | None, description="How much you may ask; null on a socket.")
    def rate_limit(self) -> Allowance | None:
        return allowance.get()
