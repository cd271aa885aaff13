"""Search: the entry that each ticket and each contact has in it, and what a person may ask."""

from enum import StrEnum

from tortoise import fields

from models.errors import Invalid
from models.tenancy import Tenant
from models.texts import cleaned

QUERY_LENGTH = 200


class SearchType(StrEnum):
    TICKET = "TICKET"
    CONTACT = "CONTACT"


class SearchEntry(Tenant):
    """What search knows of a ticket or a contact. Triggers of the database alone write it.

    The column `words` holds the words of all its texts, and lexemes that no text has: whose entry it is
    and in which stretch of places (see migration 0008_search).
    """

    kind = fields.CharEnumField(SearchType, max_length=20, description="What it is the entry of.")
    place = fields.BigIntField(
        description="The ticket's number, the contact's id: the newest is the highest."
    )
    ticket_id = fields.BigIntField(null=True)
    contact_id = fields.BigIntField(null=True)

    class Meta:
        table = "search_entry"
        unique_together = (("workspace_id", "kind", "place"),)


def checked_query(query: str) -> str:
    """Return the words of a query, one space between them; refuse with Invalid when empty or too long."""
    line = " ".join(cleaned(query).split())
    if not line:
        raise Invalid("Write at least one word to search for.")
    if len(line) > QUERY_LENGTH:
        raise Invalid(f"A search has at most {QUERY_LENGTH} characters.")
    return line
