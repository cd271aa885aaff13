"""API keys of members, with scopes."""

from tortoise import fields

from models.permissions import Scope
from models.tenancy import Tenant

PREFIX = "dwk"
NAME_LENGTH = 80


class ApiKey(Tenant):
    """A key that acts for a member, within its scopes. Kept as a hash; shown once, when made."""

    member_id = fields.BigIntField()
    name = fields.CharField(NAME_LENGTH, description="What it is used for.")
    scopes: list[str] = fields.JSONField(description="READ, WRITE, ADMIN.")
    secret_hash = fields.CharField(64, unique=True)
    hint = fields.CharField(12, description="Its first characters, to know it by.")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True, description="To the hour, so that using it writes little.")

    class Meta:
        table = "api_key"
        indexes = (("workspace_id", "member_id"),)

    @property
    def scope_set(self) -> frozenset[Scope]:
        return frozenset(Scope(scope) for scope in self.scopes)
