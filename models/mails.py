"""Mails that go out and mails that came in, each a row before anything else happens to it."""

from enum import StrEnum

from tortoise import fields

from models.addresses import ADDRESS_LENGTH
from models.inbound import MailKind
from models.letters import Letter
from models.tenancy import Tenant


class MailState(StrEnum):
    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


class MailOut(Tenant):
    """A letter to one recipient about one event. Its text is made from the rows when it is sent."""

    event_id = fields.BigIntField()
    ticket_id = fields.BigIntField()
    comment_id = fields.BigIntField(null=True)
    contact_id = fields.BigIntField(null=True, description="The recipient, when a customer.")
    member_id = fields.BigIntField(null=True, description="The recipient, when a member.")
    notification_id = fields.BigIntField(null=True, description="What a member is told of by it.")
    bulk_id = fields.BigIntField(null=True, description="The bulk change that it is the one letter about.")
    letter = fields.CharEnumField(Letter, max_length=40, description="Which letter it is.")
    recipient = fields.CharField(ADDRESS_LENGTH)
    message_id = fields.CharField(200, unique=True, description="Stable over retries; with < and >.")
    state = fields.CharEnumField(
        MailState, max_length=20, default=MailState.QUEUED, description="How far it has come."
    )
    sent_at = fields.DatetimeField(null=True)
    failure = fields.CharField(300, null=True, description="Why it was not taken, for people.")
    created_at = fields.DatetimeField()

    class Meta:
        table = "mail_out"
        unique_together = (("workspace_id", "event_id", "recipient", "letter"),)
        indexes = (("workspace_id", "comment_id"), ("recipient", "created_at"))


class MailOutcome(StrEnum):
    RECEIVED = "RECEIVED"
    THREADED = "THREADED"
    NEW = "NEW"
    SYSTEM = "SYSTEM"
    QUARANTINED = "QUARANTINED"


class MailIn(Tenant):
    """A mail that was accepted: stored whole before its sender is told so."""

    mailbox = fields.CharField(ADDRESS_LENGTH, description="The address of ours that it came to.")
    message_key = fields.CharField(64, description="SHA-256 of Message-ID and content: known again.")
    source = fields.BinaryField(description="The message, byte for byte.")
    envelope_sender = fields.CharField(
        ADDRESS_LENGTH, null=True, description="Whom failures go to; empty: nobody; null: not known."
    )
    recipients: list[str] = fields.JSONField(
        default=list, description="The envelope's addresses that led to the mailbox."
    )
    kind = fields.CharEnumField(MailKind, max_length=20, null=True, description="Known once it was parsed.")
    outcome = fields.CharEnumField(
        MailOutcome, max_length=20, default=MailOutcome.RECEIVED, description="What became of it."
    )
    reason = fields.CharField(200, null=True, description="Why it was placed so, where that is not plain.")
    ticket_id = fields.BigIntField(null=True)
    comment_id = fields.BigIntField(null=True)
    received_at = fields.DatetimeField()

    class Meta:
        table = "mail_in"
        unique_together = (("workspace_id", "mailbox", "message_key"),)
        indexes = (("workspace_id", "ticket_id"),)
