"""People who sign in. A person is global; a membership gives a role in a workspace."""

from tortoise import fields
from tortoise.models import Model

from models.addresses import ADDRESS_LENGTH


class Person(Model):
    """Somebody with an address and a password."""

    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(ADDRESS_LENGTH, unique=True, description="Lower-case.")
    password_hash = fields.CharField(200, description="argon2id, encoded.")
    created_at = fields.DatetimeField()

    class Meta:
        table = "person"
