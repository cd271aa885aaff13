"""Followers: members who want to hear of a ticket that is not theirs."""

from tortoise import fields

from models.tenancy import Tenant

MOST_FOLLOWERS = 100


class TicketFollower(Tenant):
    """That a member follows a ticket."""

    ticket_id = fields.BigIntField()
    member_id = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "ticket_follower"
        unique_together = (("workspace_id", "ticket_id", "member_id"),)
        indexes = (("workspace_id", "member_id"),)
