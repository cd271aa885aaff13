"""Notifications: what a member is told of in their inbox, and about what they want no mail."""

from enum import StrEnum

from tortoise import fields

from models.tenancy import Tenant


class NoticeKind(StrEnum):
    """What a member can be told of."""

    CREATED = "CREATED"
    ASSIGNED = "ASSIGNED"
    CUSTOMER_REPLIED = "CUSTOMER_REPLIED"
    REPLIED = "REPLIED"
    MENTIONED = "MENTIONED"
    ESCALATED = "ESCALATED"


class Notification(Tenant):
    """That one member is told of one event. Several can be one entry of the inbox: a digest.

    The entry is the first of them, its head; the others name it. Only heads are listed, counted,
    read and mailed.
    """

    member_id = fields.BigIntField(description="Who is told.")
    kind = fields.CharEnumField(NoticeKind, max_length=40, description="What they are told of.")
    event_id = fields.BigIntField(description="What happened.")
    ticket_id = fields.BigIntField()
    comment_id = fields.BigIntField(null=True, description="The comment that is told of, if any.")
    actor_member_id = fields.BigIntField(null=True, description="The member who did it.")
    actor_contact_id = fields.BigIntField(null=True, description="The customer who did it.")
    bulk_id = fields.BigIntField(null=True, description="The bulk change that it is about.")
    is_digest = fields.BooleanField(default=False, description="Others of its kind may join it.")
    head_id = fields.BigIntField(null=True, description="The notification that it joined.")
    read_at = fields.DatetimeField(null=True, description="Of a head: when the member read it.")
    created_at = fields.DatetimeField()

    class Meta:
        table = "notification"
        unique_together = (("workspace_id", "event_id", "member_id"),)
        indexes = (("workspace_id", "member_id", "created_at"),)


class MutedMail(Tenant):
    """A kind of notification about which a member wants no mail."""

    member_id = fields.BigIntField()
    kind = fields.CharEnumField(NoticeKind, max_length=40, description="Of what they want no mail.")

    class Meta:
        table = "muted_mail"
        unique_together = (("workspace_id", "member_id", "kind"),)


SUMMARIES: dict[NoticeKind, tuple[str, str]] = {
    NoticeKind.CREATED: ("{actor} created {reference} for you", "{count} tickets were created for you"),
    NoticeKind.ASSIGNED: ("{actor} assigned {reference} to you", "{count} tickets were assigned to you"),
    NoticeKind.CUSTOMER_REPLIED: ("{actor} answered on {reference}", "Customers answered {count} times"),
    NoticeKind.REPLIED: ("{actor} replied on {reference}", "There are {count} replies on what you follow"),
    NoticeKind.MENTIONED: ("{actor} mentioned you on {reference}", "You were mentioned {count} times"),
    NoticeKind.ESCALATED: ("{actor} escalated {reference}", "{count} tickets were escalated"),
}
"""What happened in words, once and several times."""


def summary(kind: NoticeKind, count: int, actor: str | None, reference: str) -> str:
    """Return in words what an entry of an inbox tells of; `actor` None stands for the product itself."""
    once, often = SUMMARIES[kind]
    words = once if count == 1 else often
    return words.format(actor=actor or "Deskwire", count=count, reference=reference)
