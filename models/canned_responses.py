"""Canned responses: texts that members keep for answering, with variables that are filled in once."""

import re
from collections.abc import Mapping

from tortoise import fields

from models.errors import Invalid
from models.tenancy import Tenant
from models.texts import checked_text

NAME_LENGTH = 80
BODY_LENGTH = 20_000

VARIABLES = {
    "customer_name": "what the customer is called",
    "customer_email": "the customer's address",
    "ticket_id": "the ticket's reference, such as TKT-0042",
    "ticket_title": "the ticket's title",
    "agent_name": "what the member who inserts it is called",
    "workspace_name": "what the workspace is called",
}
"""What can stand in a text between braces, and what it is filled with."""

DEFAULTS = (
    (
        "First answer",
        "Hello {{customer_name|there}},\n\nthank you for writing to us. We are looking into this and will"
        " come back to you. Your reference is {{ticket_id}}.\n\nBest regards\n{{agent_name}}",
    ),
    (
        "Solved",
        "Hello {{customer_name|there}},\n\nthis should be solved now. If it is not, simply answer and we"
        " will look at it again.\n\nBest regards\n{{agent_name}}, {{workspace_name}}",
    ),
)
"""Names and texts of those that a new workspace has."""

_VARIABLE = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")


class CannedResponse(Tenant):
    """A text by its name, which is one of a kind in the workspace, whatever its case."""

    name = fields.CharField(NAME_LENGTH)
    body = fields.TextField(description="Plain text; `{{variable}}` or `{{variable|fallback}}` in it.")
    created_by_id = fields.BigIntField(null=True, description="A member; null for those it began with.")
    updated_by_id = fields.BigIntField(null=True, description="The member who changed it last.")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "canned_response"


def checked_canned_body(body: str) -> str:
    """Return the text; refuse with Invalid when it is empty or too long, or names an unknown variable."""
    text = checked_text(body, "body", most=BODY_LENGTH)
    if not text:
        raise Invalid("The body must not be empty.", path=("input", "body"))
    for found in _VARIABLE.finditer(text):
        if (name := found[1].strip()) not in VARIABLES:
            known = ", ".join(VARIABLES)
            raise Invalid(f"There is no variable called “{name}”. Known are {known}.", path=("input", "body"))
    if "{{" in _VARIABLE.sub("", text):
        raise Invalid("Write a variable as {{name}} or {{name|fallback}}.", path=("input", "body"))
    return text


def filled(body: str, values: Mapping[str, str | None]) -> str:
    """Return the text with its variables filled in, in one pass: what is filled in is never filled again.

    Where there is no value the fallback stands, and without one, nothing.
    """
    return _VARIABLE.sub(lambda found: values.get(found[1].strip()) or (found[2] or "").strip(), body)
