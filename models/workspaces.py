"""Workspaces: the tenants. Everything else belongs to exactly one."""

import re
from datetime import timedelta
from functools import cache
from zoneinfo import available_timezones

from tortoise import fields
from tortoise.models import Model

from models.errors import Invalid

NAME_LENGTH = 120
MOST_DAYS = 365
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class Workspace(Model):
    """A team's help desk."""

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(40, unique=True, description="Its name in addresses, such as `acme`.")
    name = fields.CharField(NAME_LENGTH)
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


def checked_zone(zone: str) -> str:
    """Return the IANA time zone, or refuse with Invalid what is none."""
    if zone not in _zones():
        raise Invalid("This is not a time zone, such as `Europe/Berlin`.", path=("input", "zone"))
    return zone


def checked_days(days: int, field: str, *, least: int) -> int:
    """Return the days of a setting, or refuse with Invalid fewer than `least` or more than a year."""
    if not least <= days <= MOST_DAYS:
        raise Invalid(f"The days must be {least} to {MOST_DAYS}.", path=("input", field))
    return days


@cache
def _zones() -> frozenset[str]:
    """Return all zones by name. Those that only stand for the machine's own are none for others."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
