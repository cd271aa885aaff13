"""Comments: what members and customers write on a ticket."""

from tortoise import fields

from models.errors import Invalid
from models.tenancy import Tenant
from models.texts import checked_text
from models.ticket_enums import Channel

BODY_LENGTH = 100_000


class Comment(Tenant):
    """A reply (public) or a note (not). Its author is a member, a contact, or the product itself."""

    ticket_id = fields.BigIntField()
    is_public = fields.BooleanField(description="False: a note, which no customer ever sees.")
    member_id = fields.BigIntField(null=True, description="The member who wrote it.")
    contact_id = fields.BigIntField(null=True, description="The customer who wrote it.")
    channel = fields.CharEnumField(Channel, max_length=20, description="The way it came in.")
    body = fields.TextField(description="Plain text.")
    moved_from_id = fields.BigIntField(
        null=True, description="The ticket it was said on, where a merge has moved it from there."
    )
    appeared_seq = fields.BigIntField(
        null=True, description="Of a moved one, the seq of its event: its place in the timeline it moved to."
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "comment"


def checked_body(body: str) -> str:
    """Return the text, cleaned and trimmed; refuse with Invalid when it is empty or too long."""
    text = checked_text(body, "body", most=BODY_LENGTH)
    if not text:
        raise Invalid("Please write something first.", path=("input", "body"))
    return text
