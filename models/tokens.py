"""Tokens that let a customer into one ticket: bound to purpose, ticket and contact."""

from enum import StrEnum

from tortoise import fields

from models.secrets import derived, derived_word
from models.tenancy import Tenant

PREFIX = "dwt"


class Purpose(StrEnum):
    TRACKING = "TRACKING"
    REPLY = "REPLY"
    SURVEY = "SURVEY"


class TicketToken(Tenant):
    """A token in a letter. Only its hash is kept; a letter works it out anew from the row's nonce."""

    purpose = fields.CharEnumField(Purpose, max_length=20, description="What it lets in to.")
    ticket_id = fields.BigIntField()
    contact_id = fields.BigIntField()
    nonce = fields.CharField(32)
    secret_hash = fields.CharField(64, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "ticket_token"
        indexes = (("workspace_id", "ticket_id", "contact_id"),)


def token_of(purpose: Purpose, nonce: str) -> str:
    """Return the token itself, as it stands in a link, or in an address, where case may be lost."""
    if purpose is Purpose.REPLY:
        return derived_word(purpose, nonce)
    return derived(PREFIX, purpose, nonce)
