"""Who asks, where the log stands, and how much more may be asked."""

from collections.abc import Awaitable
from datetime import datetime
from typing import cast

import strawberry

import models.workspaces
from models.keys import ApiKey as ApiKeyRow
from models.members import Member as MemberRow
from models.permissions import Permission
from models.sessions import Session as SessionRow
from resolvers import access, sessions
from schema.context import Info
from schema.cursors import event_cursor
from schema.keys import ApiKey
from schema.members import Member
from schema.notifications import ViewerInbox
from schema.rates import Allowance, allowance
from schema.scalars import EventCursor
from schema.workspaces import Workspace


@strawberry.type(description="You, signed in with a password.")
class Session:
    created_at: datetime = strawberry.field(description="When you signed in.")
    expires_at: datetime = strawberry.field(description="When you have to sign in again.")


@strawberry.type(description="You: the member who is signed in, or for whom the key acts.")
class Viewer(ViewerInbox):
    @strawberry.field(graphql_type=Member, description="Your membership.")
    def member(self, info: Info) -> Awaitable[MemberRow | None]:
        return info.context.load.one(MemberRow).load(cast(int, info.context.actor.member_id))

    @strawberry.field(graphql_type=Workspace, description="The workspace you are in.")
    async def workspace(self, info: Info) -> models.workspaces.Workspace:
        return await access.workspace(info.context.actor)

    @strawberry.field(
        description="What you may do: what your role may; with an API key, what its scopes leave of that."
    )
    def permissions(self, info: Info) -> list[Permission]:
        return sorted(info.context.actor.permissions)

    @strawberry.field(
        graphql_type=ApiKey | None, description="The key that you came with; null with a session."
    )
    def api_key(self, info: Info) -> Awaitable[ApiKeyRow | None] | None:
        actor = info.context.actor
        return info.context.load.one(ApiKeyRow).load(actor.credential_id or 0) if actor.is_key else None

    @strawberry.field(
        graphql_type=Session | None, description="The session that you are signed in with; null with a key."
    )
    async def session(self, info: Info) -> SessionRow | None:
        return await sessions.own(info.context.actor)


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
