"""The log of a workspace: one row for each ticket that an operation touched.

It is the activity shown on the ticket, the cursor that subscriptions resume from, and what jobs react to.
"""

from enum import StrEnum

from tortoise import fields

from models.actors import ActorKind
from models.tenancy import Tenant
from models.tickets import Changes

MUTATION_ID_LENGTH = 64


class Kind(StrEnum):
    CREATED = "CREATED"
    REPLIED = "REPLIED"
    NOTED = "NOTED"
    CUSTOMER_REPLIED = "CUSTOMER_REPLIED"
    UPDATED = "UPDATED"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    REDELIVERED = "REDELIVERED"
    ASSIGNED = "ASSIGNED"
    LABELED = "LABELED"
    RESOLVED = "RESOLVED"
    REOPENED = "REOPENED"
    ESCALATED = "ESCALATED"
    CLOSED = "CLOSED"
    MERGED = "MERGED"
    ABSORBED = "ABSORBED"
    UNMERGED = "UNMERGED"
    RELEASED = "RELEASED"
    ARCHIVED = "ARCHIVED"
    RESTORED = "RESTORED"
    RATED = "RATED"
    ERASED = "ERASED"
    NOTIFIED = "NOTIFIED"


ABOUT_EARLIER_COMMENTS = (Kind.DELIVERY_FAILED, Kind.REDELIVERED)
"""Kinds whose comment was there before. By all others that have one, it appeared."""

UNSEEN = (Kind.NOTIFIED,)
"""Kinds that belong to no timeline: they only tell members of something that happened before."""

WITH_A_NOTE = (Kind.MERGED,)
"""Kinds that a customer may see though the comment that appeared by them is a note."""


class Event(Tenant):
    """One event. `seq` is gapless and in the order of the commits. Holds ids and enums, never text."""

    seq = fields.BigIntField(description="1, 2, 3, … within the workspace: the cursor.")
    ticket_id = fields.BigIntField()
    comment_id = fields.BigIntField(null=True)
    kind = fields.CharEnumField(Kind, max_length=40, description="What happened.")
    is_public = fields.BooleanField(description="The ticket's customer may see it.")
    actor_kind = fields.CharEnumField(ActorKind, max_length=20, description="What the one is who did it.")
    member_id = fields.BigIntField(null=True)
    contact_id = fields.BigIntField(null=True)
    changes: Changes = fields.JSONField(description="Field → [before, after]; null for texts.")
    client_mutation_id = fields.CharField(
        MUTATION_ID_LENGTH, null=True, description="By which a client knows its own echo."
    )
    bulk_id = fields.BigIntField(null=True, description="The bulk change that it was part of.")
    at = fields.DatetimeField()

    class Meta:
        table = "event"
        unique_together = (("workspace_id", "seq"),)
        indexes = (("workspace_id", "ticket_id", "seq"), ("workspace_id", "at"))

    @property
    def new_comment_id(self) -> int | None:
        """The comment that appeared by this event."""
        return None if self.kind in ABOUT_EARLIER_COMMENTS else self.comment_id
