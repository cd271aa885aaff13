"""The outbox: what is still to be done about an event. The truth for jobs; the broker only hints."""

from tortoise import fields

from models.reactions import Reaction
from models.tenancy import Tenant


class OutboxRow(Tenant):
    """One piece of work. A claim raises the fence; only the holder of the newest fence may end it."""

    reaction = fields.CharEnumField(Reaction, max_length=40, description="The job.")
    dedupe_key = fields.CharField(120, description="Unique in the workspace: asked for once, ever.")
    event_id = fields.BigIntField(null=True)
    mail_id = fields.BigIntField(null=True)
    mail_in_id = fields.BigIntField(null=True, description="A mail that came in.")
    invitation_id = fields.BigIntField(null=True)
    bulk_id = fields.BigIntField(null=True, description="A bulk change of many tickets.")
    attempts = fields.IntField(default=0)
    next_at = fields.DatetimeField(description="Not before; on the database's clock.")
    offered_at = fields.DatetimeField(null=True, description="When the broker was last told of it.")
    lease_until = fields.DatetimeField(null=True, description="A worker has it until then.")
    fence = fields.IntField(default=0, description="Counts the claims.")
    done_at = fields.DatetimeField(null=True)
    failed_at = fields.DatetimeField(null=True, description="Given up for good.")
    failure = fields.CharField(300, null=True, description="Why the last attempt failed.")
    created_at = fields.DatetimeField()

    class Meta:
        table = "outbox"
        unique_together = (("workspace_id", "dedupe_key"),)
