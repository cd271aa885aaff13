"""Counters of a workspace, in rows of their own so that counting never locks the workspace."""

from enum import StrEnum

from tortoise import fields

from models.tenancy import Tenant


class CounterName(StrEnum):
    REFERENCE = "REFERENCE"
    EVENT = "EVENT"
    AUDIT = "AUDIT"
    SEEDED = "SEEDED"  # tickets beyond its story that the demo was given


class Counter(Tenant):
    """The last number that was given out. Raised by `UPDATE … RETURNING` inside a change."""

    name = fields.CharEnumField(CounterName, max_length=20, description="What it counts.")
    value = fields.BigIntField(default=0)

    class Meta:
        table = "counter"
        unique_together = (("workspace_id", "name"),)
