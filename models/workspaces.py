"""Workspaces: the tenants. Everything else belongs to exactly one."""

import re

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
    created_at = fields.DatetimeField()

    class Meta:
        table = "workspace"


def checked_slug(slug: str) -> str:
    """Return the slug, or refuse with Invalid: lower-case letters, digits and hyphens, 1 to 40."""
    if not SLUG.fullmatch(slug):
        raise Invalid("A workspace's short name has 1 to 40 lower-case letters, digits or hyphens.")
    return slug
