"""Invitations, as admins see them."""

from datetime import datetime
from typing import Any

import strawberry

import models.invitations
from models.members import Member as MemberRow
from models.permissions import Permission, Role
from resolvers import access
from schema.arguments import After, Before, First, Last, wanted
from schema.connections import Connection
from schema.context import Info
from schema.fields import column, derived, load_ahead, relation
from schema.members import Member
from schema.newest_lists import newest_page
from schema.nodes import Node
from schema.scalars import EmailAddress
from schema.selections import names_below

Row = models.invitations.Invitation


def _is_pending(accepted_at: datetime | None, revoked_at: datetime | None) -> bool:
    return accepted_at is None and revoked_at is None


@strawberry.type(description="Somebody is asked by mail to become a member. Only admins see it.")
class Invitation(Node):
    email: EmailAddress = column("Whom the letter goes to.")
    name: str | None = column("What to call them; they may say otherwise when they accept.")
    role: Role = column("What they will be.")
    may_delete: bool = column("Whether they may archive tickets too, as an agent.")
    invited_by = relation(
        ("invited_by_id", MemberRow), of=Member | None, description="Who asked them; null: the operator."
    )
    created_at: datetime = column("When they were first asked.")
    expires_at: datetime = column("Until when the link in the newest letter is good.")
    sent_at: datetime | None = column("When the newest letter was handed over; null: not yet.")
    failure: str | None = column("Why the newest letter was given up; null: it was not.")
    accepted_at: datetime | None = column("When they became a member; null: not yet.")
    revoked_at: datetime | None = column("When it was taken back; null: it was not.")
    is_pending = derived(
        _is_pending,
        "accepted_at",
        "revoked_at",
        of=bool,
        description="Neither accepted nor taken back. Past `expiresAt` it can be sent again.",
    )
    member = relation(("member_id", MemberRow), of=Member | None, description="Who they became.")

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, Row)


@strawberry.type
class InvitationQueries:
    @strawberry.field(
        graphql_type=Connection[Invitation] | None,
        description="Invitations, ended ones too, the newest first. For admins; null for others.",
    )
    async def invitations(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any] | None:
        actor = info.context.actor
        if not actor.may(Permission.SETTINGS):
            return None
        page = await newest_page(access.invitations(actor), wanted(first, after, last, before))
        await load_ahead(info.context.load, Invitation, page.nodes, names_below(info))
        return page
