"""What is known of an attachment. Its bytes lie in the file store, never in a row."""

from tortoise import fields

from models.tenancy import Tenant


class Attachment(Tenant):
    ticket_id = fields.BigIntField()
    comment_id = fields.BigIntField(null=True, description="None while it is not yet sent.")
    name = fields.CharField(255, description="As the sender named it.")
    media_type = fields.CharField(127, description="As found in its bytes, not as the sender said.")
    bytes = fields.BigIntField(description="Size.")
    sha256 = fields.CharField(64, description="Of its bytes, hexadecimal.")
    created_at = fields.DatetimeField()

    class Meta:
        table = "attachment"
        indexes = (("workspace_id", "ticket_id"), ("workspace_id", "comment_id"))
