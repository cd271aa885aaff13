"""Invitations: who is asked to become a member, by a link in a letter."""

from datetime import timedelta

from tortoise import fields

from models.addresses import ADDRESS_LENGTH
from models.members import NAME_LENGTH
from models.permissions import Role
from models.secrets import derived
from models.tenancy import Tenant

PREFIX = "dwi"
LIVES = timedelta(days=7)


class Invitation(Tenant):
    """An invitation. Only its token's hash is kept; the letter works it out anew from the row's nonce."""

    email = fields.CharField(ADDRESS_LENGTH, description="Lower-case.")
    name = fields.CharField(NAME_LENGTH, null=True, description="What to call them; they may say otherwise.")
    role = fields.CharEnumField(Role, max_length=20, description="What they will be.")
    may_delete = fields.BooleanField(default=False, description="The delete permission, given apart.")
    invited_by_id = fields.BigIntField(null=True, description="A member.")
    nonce = fields.CharField(32, description="Changes with each letter: older links end.")
    secret_hash = fields.CharField(64, unique=True)
    created_at = fields.DatetimeField()
    asked_at = fields.DatetimeField(description="When its newest letter was asked for.")
    expires_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True, description="When its newest letter was handed over.")
    failure = fields.CharField(300, null=True, description="Why its newest letter was not taken, for people.")
    accepted_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    member_id = fields.BigIntField(null=True, description="Who they became.")

    class Meta:
        table = "invitation"
        indexes = (("email",),)

    @property
    def is_pending(self) -> bool:
        """Neither accepted nor taken back. It may have expired."""
        return self.accepted_at is None and self.revoked_at is None


def token_of(nonce: str) -> str:
    """Return the token itself, as it stands in the link."""
    return derived(PREFIX, "INVITATION", nonce)
