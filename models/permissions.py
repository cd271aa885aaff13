"""What members may do, by role, and what an API key's scope leaves of it. Tables of data."""

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "ADMIN"
    AGENT = "AGENT"
    VIEWER = "VIEWER"


class Scope(StrEnum):
    READ = "READ"
    WRITE = "WRITE"
    ADMIN = "ADMIN"


class Permission(StrEnum):
    READ = "READ"
    INBOX = "INBOX"
    CREATE = "CREATE"
    REPLY = "REPLY"
    NOTE = "NOTE"
    UPDATE = "UPDATE"
    ESCALATE = "ESCALATE"
    MERGE = "MERGE"
    CONTACTS = "CONTACTS"
    DELETE = "DELETE"
    SETTINGS = "SETTINGS"
    CUSTOMER_READ = "CUSTOMER_READ"
    CUSTOMER_REPLY = "CUSTOMER_REPLY"
    CUSTOMER_RATE = "CUSTOMER_RATE"


_WORK = frozenset(
    {
        Permission.READ,
        Permission.INBOX,
        Permission.CREATE,
        Permission.REPLY,
        Permission.NOTE,
        Permission.UPDATE,
        Permission.ESCALATE,
        Permission.MERGE,
        Permission.CONTACTS,
    }
)
_ALL = _WORK | {Permission.DELETE, Permission.SETTINGS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.READ, Permission.INBOX}),
    Role.AGENT: _WORK,
    Role.ADMIN: _ALL,
}

SCOPES: dict[Scope, frozenset[Permission]] = {
    Scope.READ: frozenset({Permission.READ}),
    Scope.WRITE: _WORK | {Permission.DELETE},
    Scope.ADMIN: _ALL,
}

CUSTOMER = frozenset({Permission.CUSTOMER_READ, Permission.CUSTOMER_REPLY, Permission.CUSTOMER_RATE})
SURVEYED = frozenset({Permission.CUSTOMER_RATE})
"""What a customer may do by the link of a survey: say how satisfied they were, and nothing else."""


def of_member(role: Role, *, may_delete: bool = False) -> frozenset[Permission]:
    """Return what a member of this role may do; `may_delete` is the delete permission given apart."""
    extra = {Permission.DELETE} if may_delete and role is not Role.VIEWER else set[Permission]()
    return PERMISSIONS[role] | extra


def of_key(scopes: frozenset[Scope], member: frozenset[Permission]) -> frozenset[Permission]:
    """Return what a key may do: what its scopes allow, and never more than its member may."""
    allowed = frozenset[Permission]().union(*(SCOPES[scope] for scope in scopes))
    return allowed & member
