"""Sessions of members in a browser, and the tries to sign in that are counted against guessing."""

from tortoise import fields
from tortoise.models import Model

from models.addresses import ADDRESS_LENGTH
from models.tenancy import Tenant

PREFIX = "dws"


class Session(Tenant):
    """A member who is signed in. The cookie holds the secret, the row its hash."""

    member_id = fields.BigIntField()
    secret_hash = fields.CharField(64, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"
        indexes = (("workspace_id", "member_id"), ("expires_at",))


class SigninTry(Model):
    """A failed try to sign in."""

    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(ADDRESS_LENGTH, description="As typed, lower-case, known or not.")
    address = fields.CharField(45, description="The network address it came from.")
    at = fields.DatetimeField()

    class Meta:
        table = "signin_try"
        indexes = (("email", "at"), ("at",))
