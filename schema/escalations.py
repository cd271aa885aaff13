"""Why a ticket was made urgent. Its row is the ticket's."""

from datetime import datetime

import strawberry

from schema.fields import column


@strawberry.type(description="Why a ticket was made urgent.")
class Escalation:
    reason = column("What the member wrote, at most 2,000 characters.", name="escalation_reason", of=str)
    escalated_at: datetime = column("When it was escalated last.")
