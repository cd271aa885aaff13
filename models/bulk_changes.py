"""Bulk changes: one thing done to many tickets, with a result for each."""

from tortoise import fields

from models.tenancy import Tenant


class BulkChange(Tenant):
    """A change of many tickets. Its events name it, so that it is told of, and undone, as one."""

    member_id = fields.BigIntField(description="Who asked for it.")
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True, description="When every ticket had its result.")

    class Meta:
        table = "bulk_change"
