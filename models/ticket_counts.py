"""How many tickets there are of each kind: rows that are summed up, not a number that everybody waits for."""

from tortoise import fields

from models.tenancy import Tenant
from models.ticket_enums import Channel, Status, TicketType


class TicketCount(Tenant):
    """So many tickets more, or fewer, of one kind: the sum of the rows of a kind is how many there are.

    Triggers on `ticket` add a row for each kind that a statement changed, in its transaction, so no
    writer waits for another; the schedule folds them. Each change is counted twice: with all there is
    to tell, and without urgency, type and channel (they are null), where few rows are summed up.
    """

    is_archived = fields.BooleanField()
    assignee_id = fields.BigIntField(null=True)
    status = fields.CharEnumField(Status, max_length=20, description="As of the tickets.")
    urgency = fields.SmallIntField(null=True, description="Of their priority: 1 LOW to 4 URGENT.")
    type = fields.CharEnumField(TicketType, max_length=20, null=True, description="As of the tickets.")
    channel = fields.CharEnumField(Channel, max_length=20, null=True, description="As of the tickets.")
    tickets = fields.IntField(description="So many more; negative: so many fewer.")
    is_folded = fields.BooleanField(description="It is the sum of what was there when it was written.")

    class Meta:
        table = "ticket_count"
