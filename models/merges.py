"""Merges: which ticket joined which, and what it takes to undo that."""

from tortoise import fields

from models.tenancy import Tenant
from models.ticket_enums import Status


class Merge(Tenant):
    """A duplicate that joined its primary. Its comments remember themselves where they came from."""

    duplicate_id = fields.BigIntField(description="The ticket that joined.")
    primary_id = fields.BigIntField(description="The ticket that stays.")
    member_id = fields.BigIntField(null=True, description="Who merged them.")
    status_before = fields.CharEnumField(Status, max_length=20, description="The duplicate's, until then.")
    resolved_at_before = fields.DatetimeField(null=True, description="The duplicate's, until then.")
    closed_at_before = fields.DatetimeField(null=True, description="The duplicate's, until then.")
    label_ids: list[int] = fields.JSONField(description="Labels that the primary got by it.")
    follower_ids: list[int] = fields.JSONField(description="Members who follow the primary by it.")
    created_at = fields.DatetimeField()
    undone_at = fields.DatetimeField(null=True)
    undone_by_id = fields.BigIntField(null=True, description="The member who undid it.")

    class Meta:
        table = "merge"
