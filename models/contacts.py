"""Contacts: the customers of a workspace."""

from tortoise import fields

from models.addresses import ADDRESS_LENGTH
from models.tenancy import Tenant


class Contact(Tenant):
    """A customer. Without an address there is no mail to them and none of their tickets is public."""

    name = fields.CharField(120)
    email = fields.CharField(ADDRESS_LENGTH, null=True, description="Lower-case.")
    company = fields.CharField(120, null=True)
    proved_at = fields.DatetimeField(
        null=True, description="When the address proved itself: a token mailed to it was opened."
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "contact"
        unique_together = (("workspace_id", "email"),)
