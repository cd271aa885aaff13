"""Contacts: the customers of a workspace."""

from tortoise import fields

from models.addresses import ADDRESS_LENGTH
from models.errors import Conflict
from models.tenancy import Tenant

NAME_LENGTH = 120
COMPANY_LENGTH = 120
EXTERNAL_ID_LENGTH = 100
NOTES_LENGTH = 20_000


class Contact(Tenant):
    """A customer. Without an address there is no mail to them and none of their tickets is public."""

    name = fields.CharField(NAME_LENGTH)
    email = fields.CharField(ADDRESS_LENGTH, null=True, description="Lower-case.")
    company = fields.CharField(COMPANY_LENGTH, null=True)
    external_id = fields.CharField(EXTERNAL_ID_LENGTH, null=True, description="Its id in another system.")
    notes = fields.TextField(null=True, description="What members keep about them; no customer sees it.")
    proved_at = fields.DatetimeField(
        null=True, description="When the address proved itself: a token mailed to it was opened."
    )
    created_at = fields.DatetimeField()
    erased_at = fields.DatetimeField(null=True, description="Since then nothing of them is left but the row.")

    class Meta:
        table = "contact"
        unique_together = (("workspace_id", "email"), ("workspace_id", "external_id"))

    def expect_present(self) -> None:
        """Refuse with Conflict an edit of a contact who was erased."""
        if self.erased_at is not None:
            raise Conflict("This customer was erased.")
