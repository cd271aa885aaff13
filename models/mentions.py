"""Mentions: members whom a note calls by name."""

from tortoise import fields

from models.tenancy import Tenant

MOST_MENTIONS = 20


class Mention(Tenant):
    """That a note mentions a member."""

    comment_id = fields.BigIntField(description="The note.")
    member_id = fields.BigIntField()

    class Meta:
        table = "mention"
        unique_together = (("workspace_id", "comment_id", "member_id"),)
        indexes = (("workspace_id", "member_id"),)
