"""Tickets: their table, and the rules by which they move."""

from datetime import datetime, timedelta
from typing import TypedDict

from tortoise import fields

from models.errors import Conflict, StaleObject
from models.tenancy import Tenant
from models.ticket_enums import OPEN_STATUSES, STATUS_MOVES, Channel, Priority, Status, TicketType

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 100_000
REOPENABLE = timedelta(days=14)
SURVEY_REST = timedelta(days=7)  # a customer is asked to rate a ticket at most once in so long. RULES 7

Plain = str | int | bool | None
Changes = dict[str, list[Plain] | None]
"""What an operation changed: field → [before, after]; None where the values are people's text.

`added_labels` and `removed_labels` hold the ids of labels instead, `mentioned` and `told` those of
members, `notifications` those of what the members of `told` were told.
"""


class Resolution(TypedDict, total=False):
    """How a ticket was solved. What is left out stays as it is; None clears."""

    text: str | None
    agent_score: int | None


class Ticket(Tenant):
    """A request of a customer. The column `search` (full text) is kept by the database alone."""

    number = fields.IntField(description="Counts up in the workspace; shown as the reference.")
    title = fields.CharField(TITLE_LENGTH)
    description = fields.TextField(default="")
    status = fields.CharEnumField(Status, max_length=20, default=Status.OPEN, description="Where it stands.")
    priority = fields.CharEnumField(
        Priority, max_length=20, default=Priority.MEDIUM, description="How urgent it is."
    )
    type = fields.CharEnumField(
        TicketType,
        max_length=20,
        default=TicketType.SUPPORT_TICKET,
        description="What kind of request it is.",
    )
    channel = fields.CharEnumField(Channel, max_length=20, description="The way it came in.")
    contact_id = fields.BigIntField(null=True)
    assignee_id = fields.BigIntField(null=True, description="A member.")
    is_internal = fields.BooleanField(default=False, description="A member hid it from its customer.")
    is_public = fields.BooleanField(default=False, description="Its customer may see and hear of it.")
    version = fields.IntField(default=1, description="Counts its changes; guards against lost updates.")
    follows_id = fields.BigIntField(null=True, description="The closed ticket that this one continues.")
    merged_into_id = fields.BigIntField(null=True, description="The ticket that this duplicate joined.")
    merged_at = fields.DatetimeField(null=True)
    resolution: str | None = fields.TextField(
        null=True, description="How it was solved; kept when it is reopened."
    )
    escalated_at = fields.DatetimeField(null=True)
    escalation_reason: str | None = fields.TextField(null=True)
    agent_score = fields.SmallIntField(null=True, description="1 to 5, by the member who resolved it.")
    customer_score = fields.SmallIntField(null=True, description="1 to 5, by its customer.")
    customer_remark: str | None = fields.TextField(
        null=True, description="What the customer wrote with the score."
    )
    customer_rated_at = fields.DatetimeField(null=True)
    survey_asked_at = fields.DatetimeField(null=True, description="The customer was last asked to rate.")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    first_response_at = fields.DatetimeField(null=True)
    resolved_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)
    response_due_at = fields.DatetimeField(null=True, description="First response is due.")
    next_response_due_at = fields.DatetimeField(null=True, description="The next answer is due.")
    sla_warn_at = fields.DatetimeField(null=True, description="The resolution clock turns WARNING.")
    sla_due_at = fields.DatetimeField(null=True, description="Resolution is due.")
    sla_paused_at = fields.DatetimeField(null=True, description="The resolution clock stands since.")

    class Meta:
        table = "ticket"
        unique_together = (("workspace_id", "number"),)

    @property
    def reference(self) -> str:
        """The name that customers quote, such as `TKT-0042`. Never a credential."""
        return reference_of(self.number)

    @property
    def is_open(self) -> bool:
        """Whether something is left to do: neither resolved nor closed."""
        return self.status in OPEN_STATUSES

    def expect_version(self, version: int | None) -> None:
        """Refuse with StaleObject when the caller has seen another version; None expects nothing."""
        if version is not None and version != self.version:
            raise StaleObject("Somebody has changed this ticket meanwhile. Look at it again first.", self)

    def expect_present(self) -> None:
        """Refuse with Conflict an edit of an archived ticket: it is put away, and brought back first."""
        if self.archived_at is not None:
            raise Conflict("This ticket is archived. Restore it first.")

    def answer(self, at: datetime) -> None:
        """Apply a member's public reply: first response once and for ever, OPEN → IN_PROGRESS."""
        self.first_response_at = self.first_response_at or at
        if self.status is Status.OPEN:
            self.move(Status.IN_PROGRESS, at)

    def hear(self, at: datetime) -> Changes:
        """Apply a message from the customer: it wakes the ticket, and brings it back if archived."""
        changes: Changes = {}
        if self.archived_at is not None:
            changes |= self.restore()
        if self.status in (Status.RESOLVED, Status.CLOSED):
            changes |= self.move(Status.OPEN, at)
        if self.status is Status.WAITING:
            changes |= self.move(Status.IN_PROGRESS, at)
        return changes

    def is_past_reopening(self, at: datetime, within: timedelta = REOPENABLE) -> bool:
        """Tell whether a message at `at` starts a new ticket instead of reopening this one.

        `within` is how long the workspace lets a closed ticket be reopened.
        """
        return self.closed_at is not None and at - self.closed_at > within

    def move(self, status: Status, at: datetime) -> Changes:
        """Give it another status and stamp what follows from that; refuses moves that make no sense."""
        before = self.status
        if status is before:
            return {}
        if status not in STATUS_MOVES[before] or self.merged_into_id is not None:
            raise Conflict(f"A ticket cannot go from {before} to {status}.")
        self.status = status
        self.resolved_at = self._resolved_since(at)
        self.closed_at = at if status is Status.CLOSED else None
        if status is Status.RESOLVED and self.asks_survey(at):
            self.survey_asked_at = at
        return {"status": [before, status]}

    def resolve(self, at: datetime, resolution: Resolution) -> Changes:
        """Solve it. Refuses with Conflict one that is resolved, closed or merged."""
        if not self.is_open:
            raise Conflict(f"This ticket is {self.status.lower()} already.")
        changes = self.move(Status.RESOLVED, at)
        if "text" in resolution and resolution["text"] != self.resolution:
            self.resolution, changes["resolution"] = resolution["text"], None
        if "agent_score" in resolution and resolution["agent_score"] != self.agent_score:
            changes["agent_score"] = [self.agent_score, resolution["agent_score"]]
            self.agent_score = resolution["agent_score"]
        return changes

    def reopen(self, at: datetime) -> Changes:
        """Open it again. Refuses with Conflict one that is open, or merged."""
        if self.is_open:
            raise Conflict("This ticket is open already.")
        if self.merged_into_id is not None:
            raise Conflict("This ticket was merged into another one. Go on there.")
        return self.move(Status.OPEN, at)

    def escalate(self, at: datetime, reason: str) -> Changes:
        """Make it urgent, and keep why. Refuses with Conflict one that is urgent already, or not open."""
        if not self.is_open:
            raise Conflict(f"This ticket is {self.status.lower()}. Reopen it first.")
        if self.priority is Priority.URGENT:
            raise Conflict("This ticket is urgent already.")
        before, self.priority = self.priority, Priority.URGENT
        self.escalated_at, self.escalation_reason = at, reason
        return {"priority": [before, Priority.URGENT]}

    def archive(self, at: datetime) -> Changes:
        """Put it away. Refuses with Conflict one that is archived already."""
        if self.archived_at is not None:
            raise Conflict("This ticket is archived already.")
        self.archived_at = at
        return {"archived": [False, True]}

    def restore(self) -> Changes:
        """Bring it back from the archive. Refuses with Conflict one that is not there."""
        if self.archived_at is None:
            raise Conflict("This ticket is not archived.")
        self.archived_at = None
        return {"archived": [True, False]}

    def asks_survey(self, at: datetime) -> bool:
        """Tell whether its customer is asked to rate it when it is resolved at `at`.

        A ticket that was resolved again asks again, at most once in 7 days. Source: RULES 7, "CSAT".
        """
        if not self.is_public or self.merged_into_id is not None:
            return False
        return self.survey_asked_at is None or at - self.survey_asked_at >= SURVEY_REST

    def join(self, primary: "Ticket", at: datetime) -> Changes:
        """Become a duplicate of the primary: closed, for good as long as it is one."""
        changes = self.move(Status.CLOSED, at)
        self.merged_into_id, self.merged_at = primary.id, at
        changes["merged_into"] = [None, primary.id]
        return changes

    def leave(self, status: Status, *, resolved_at: datetime | None, closed_at: datetime | None) -> Changes:
        """Be no duplicate any more: stand as before it was merged."""
        changes = status_changes(self.status, status)
        changes["merged_into"] = [self.merged_into_id, None]
        self.status, self.resolved_at, self.closed_at = status, resolved_at, closed_at
        self.merged_into_id = self.merged_at = None
        return changes

    def touch(self, at: datetime) -> None:
        """Count one more change of the ticket."""
        self.version += 1
        self.updated_at = at

    def _resolved_since(self, at: datetime) -> datetime | None:
        """Return since when it is resolved, after a move at `at`; closing a resolved one keeps that."""
        if self.status is Status.RESOLVED:
            return at
        return self.resolved_at if self.status is Status.CLOSED else None


def status_changes(before: Status, after: Status) -> Changes:
    """Return what to record when the status went from one to another, however many moves that took."""
    return {} if before is after else {"status": [before, after]}


def given_to(assignee_id: int | None) -> Changes:
    """Return what to record of a new ticket that has an assignee from the start."""
    return {} if assignee_id is None else {"assignee": [None, assignee_id]}


def reference_of(number: int) -> str:
    """Return the reference of a number: `TKT-`, padded to four digits, longer beyond."""
    return f"TKT-{number:04d}"


def number_of(reference: str) -> int | None:
    """Return the number that a reference names (`TKT-42`, `tkt-0042`, `42`), None when it is none."""
    digits = reference.strip().upper().removeprefix("TKT-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None
