"""Workspaces: the tenants. Everything else belongs to exactly one."""

import re
from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from models.errors import Invalid

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class Workspace(Model):
    """A team's help desk."""

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(40, unique=True, description="Its name in addresses, such as `acme`.")
    name = fields.CharField(120)
    zone = fields.CharField(64, default="UTC", description="IANA time zone of its office hours.")
    reopen_days = fields.SmallIntField(
        default=14, db_default=14, description="Days in which a customer's message reopens a closed ticket."
    )
    close_days = fields.SmallIntField(
        null=True,
        default=7,
        db_default=7,
        description="Quiet days after which a resolved ticket is closed; null: never.",
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "workspace"

    @property
    def reopenable(self) -> timedelta:
        """How long after it was closed a ticket can be reopened."""
        return timedelta(days=self.reopen_days)

    @property
    def quiet_before_closing(self) -> timedelta | None:
        """How long a resolved ticket must be quiet to be closed; None: it stays resolved."""
        return None if self.close_days is None else timedelta(days=self.close_days)


def checked_slug(slug: str) -> str:
    """Return the slug, or refuse with Invalid: lower-case letters, digits and hyphens, 1 to 40."""
    if not SLUG.fullmatch(slug):
        raise Invalid("A workspace's short name has 1 to 40 lower-case letters, digits or hyphens.")
    return slug
