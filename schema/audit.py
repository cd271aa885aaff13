"""The audit log: who did what to accounts, keys and settings."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.actors import ActorKind
from models.audit import AuditAction, AuditRow
from models.permissions import Permission
from resolvers import access
from schema.arguments import After, Before, First, Last, given, wanted
from schema.connections import Connection
from schema.context import Info, Parent
from schema.fields import column, derived
from schema.keys import ApiKey
from schema.members import Member
from schema.newest_lists import newest_page
from schema.nodes import NODES, Node

AuditPrincipal = Annotated[
    Member | ApiKey, strawberry.union("AuditPrincipal", description="A member, or a program with a key.")
]
Actions = Annotated[list[AuditAction] | None, strawberry.argument(description="Only these actions.")]


def _kind(name: str) -> str:
    """Return what a name such as `API_KEY:12` names a one of."""
    return name.partition(":")[0]


def _principal_kind(principal: str) -> ActorKind:
    return ActorKind(_kind(principal))


def _load(info: Info, name: str) -> Awaitable[Any] | None:
    """Return the object of a name such as `API_KEY:12`; None where such things are no objects."""
    kind, _, number = name.partition(":")
    model = NODES.get("".join(word.capitalize() for word in kind.split("_")))
    return info.context.load.one(model).load(int(number)) if model and number.isdigit() else None


@strawberry.type(description="An action on accounts, keys or settings. Never altered; only admins see it.")
class AuditEntry(Node):
    at: datetime = column("When it was done.")
    action: AuditAction = column("What was done.")
    principal_kind = derived(_principal_kind, "principal", of=ActorKind, description="What did it.")
    subject_kind = derived(
        _kind, "subject", of=str, description="What it was done to, such as `API_KEY`, `MEMBER` or `LABEL`."
    )
    seal: str = column("SHA-256 over this entry and the seal before it, hexadecimal: alterations show.")

    @strawberry.field(graphql_type=AuditPrincipal | None, description="Who did it; null: the product itself.")
    @staticmethod
    def principal(root: Parent[AuditRow], info: Info) -> Awaitable[Any] | None:
        return _load(info, root.principal)

    @strawberry.field(
        graphql_type=Node | None,
        description="What it was done to; null where it is gone, or no object, such as a session.",
    )
    @staticmethod
    def subject(root: Parent[AuditRow], info: Info) -> Awaitable[Any] | None:
        return _load(info, root.subject)

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, AuditRow)


@strawberry.type
class AuditQueries:
    @strawberry.field(
        graphql_type=Connection[AuditEntry] | None,
        description="The audit log, the newest first. For admins; null for others.",
    )
    async def audit_log(
        self,
        info: Info,
        actions: Actions = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Any] | None:
        actor, asked = info.context.actor, given(actions)
        if not actor.may(Permission.SETTINGS):
            return None
        rows = access.audit_rows(actor)
        if asked is not None:
            rows = rows.filter(action__in=asked)
        return await newest_page(rows, wanted(first, after, last, before), by="seq")
