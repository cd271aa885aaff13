"""Who acts: a member, a member's API key, a customer on one ticket, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum

from models.errors import Forbidden
from models.permissions import CUSTOMER, Permission


class ActorKind(StrEnum):
    MEMBER = "MEMBER"
    API_KEY = "API_KEY"
    CUSTOMER = "CUSTOMER"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Actor:
    """The principal behind a call. Everything it does happens in its one workspace."""

    kind: ActorKind
    workspace_id: int
    permissions: frozenset[Permission]
    member_id: int | None = None
    contact_id: int | None = None
    ticket_id: int | None = None
    credential_id: int | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor holds the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse with Forbidden unless the actor holds the permission."""
        if not self.may(permission):
            raise Forbidden("You do not have permission to do this.")

    @property
    def principal(self) -> str:
        """The name for limits, idempotency keys and the audit log, such as `API_KEY:12` or `MEMBER:7`.

        A member is the same in each of their sessions.
        """
        own = self.member_id if self.kind is ActorKind.MEMBER else self.credential_id
        return f"{self.kind}:{own or self.member_id or self.contact_id or 0}"

    @property
    def is_customer(self) -> bool:
        return self.kind is ActorKind.CUSTOMER

    @property
    def is_key(self) -> bool:
        return self.kind is ActorKind.API_KEY


def customer(
    workspace_id: int,
    contact_id: int,
    ticket_id: int,
    token_id: int,
    permissions: frozenset[Permission] = CUSTOMER,
) -> Actor:
    """Return the actor behind a ticket's link: this contact, on this ticket, nothing else."""
    return Actor(
        ActorKind.CUSTOMER,
        workspace_id,
        permissions,
        contact_id=contact_id,
        ticket_id=ticket_id,
        credential_id=token_id,
    )


def correspondent(workspace_id: int, contact_id: int, ticket_id: int | None = None) -> Actor:
    """Return a contact who writes by mail: on this ticket, or to begin one."""
    permissions = CUSTOMER if ticket_id is not None else frozenset({Permission.CREATE})
    return Actor(ActorKind.CUSTOMER, workspace_id, permissions, contact_id=contact_id, ticket_id=ticket_id)


def system(workspace_id: int) -> Actor:
    """Return the product itself, acting in a workspace: jobs and the clock."""
    return Actor(ActorKind.SYSTEM, workspace_id, frozenset(Permission))
