"""The rows of many tickets at once, worked out by the models' rules; a test holds them to the operations.

There is no outbox row among them: history is not mailed, and rows of jobs done are thrown away after a week.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from jobs.demo.books import ANSWERS_BY, NO_TOKEN, SENT_WITH
from jobs.demo.plot import Deed, Plot, Step
from jobs.demo.story import Turn
from models.actors import Actor, customer, system
from models.comments import Comment, checked_body
from models.events import Event, Kind
from models.labels import TicketLabel
from models.texts import checked_line, checked_text
from models.ticket_enums import Channel, Status
from models.tickets import DESCRIPTION_LENGTH, TITLE_LENGTH, Changes, Ticket, status_changes


@dataclass
class Sheets:
    """The rows so far, tickets by number of plot. Tickets lack their number, events id and seq, labels id."""

    workspace_id: int
    members: dict[str, Actor]
    contacts: dict[str, int]
    label_ids: dict[str, int]
    ticket_ids: Iterator[int]
    comment_ids: Iterator[int]
    tickets: dict[int, Ticket] = field(default_factory=dict[int, Ticket])
    labels: list[TicketLabel] = field(default_factory=list[TicketLabel])
    comments: list[Comment] = field(default_factory=list[Comment])
    events: list[Event] = field(default_factory=list[Event])

    def write(self, nth: int, plot: Plot, step: Step) -> None:
        """Let happen what the step of the nth plot tells; called in the order of time."""
        actor = self.members[step.member.email] if step.member else system(self.workspace_id)
        if step.deed is Deed.OPEN:
            self.tickets[nth] = self._open(actor, plot, step)
            return
        self._go_on(actor, self.tickets[nth], plot, step)

    def _open(self, actor: Actor, plot: Plot, step: Step) -> Ticket:
        ticket = Ticket(
            id=next(self.ticket_ids),
            workspace_id=self.workspace_id,
            title=checked_line(plot.title, "title", most=TITLE_LENGTH),
            description=checked_text(step.text, "description", most=DESCRIPTION_LENGTH),
            type=plot.story.type,
            priority=plot.story.priority,
            channel=plot.channel,
            contact_id=self.contacts[plot.customer.email],
            is_public=True,  # every customer has an address, and nothing is hidden from them
            created_at=step.at,
            updated_at=step.at,
        )
        for label_id in sorted(self.label_ids[name] for name in plot.story.labels if name in self.label_ids):
            home = {"workspace_id": self.workspace_id, "ticket_id": ticket.id}
            self.labels.append(TicketLabel(**home, label_id=label_id))
        self._record(ticket, actor, step, Kind.CREATED, public=True)
        return ticket

    def _go_on(self, actor: Actor, ticket: Ticket, plot: Plot, step: Step) -> None:
        match step.deed:
            case Deed.TAKE:
                self._take(actor, ticket, step)
            case Deed.CLOSE:
                self._close(actor, ticket, step)
            case Turn.CUSTOMER:
                self._hear(ticket, plot, step)
            case Turn.REPLY | Turn.ASK | Turn.SOLVE:
                self._reply(actor, ticket, step, SENT_WITH.get(step.deed))
            case Turn.NOTE:
                comment = self._say(ticket, actor, step, Channel.PORTAL, note=True)
                self._record(ticket, actor, step, Kind.NOTED, public=False, comment=comment)
            case Deed.OPEN:
                raise AssertionError("a ticket opens once")
            case _:
                assert_never(step.deed)

    def _take(self, actor: Actor, ticket: Ticket, step: Step) -> None:
        changes: Changes = {"assignee": [ticket.assignee_id, actor.member_id]}
        ticket.assignee_id = actor.member_id
        ticket.touch(step.at)
        self._record(ticket, actor, step, Kind.UPDATED, public=False, changes=changes)

    def _close(self, actor: Actor, ticket: Ticket, step: Step) -> None:
        changes = ticket.move(Status.CLOSED, step.at)
        ticket.touch(step.at)
        self._record(ticket, actor, step, Kind.UPDATED, public=ticket.is_public, changes=changes)

    def _hear(self, ticket: Ticket, plot: Plot, step: Step) -> None:
        assert ticket.contact_id is not None, "each ticket of the demo has a customer"
        assert not ticket.is_past_reopening(step.at), "customers of the demo come back in time"
        actor = customer(self.workspace_id, ticket.contact_id, ticket.id, NO_TOKEN)
        changes = ticket.hear(step.at)
        comment = self._say(ticket, actor, step, ANSWERS_BY.get(plot.channel, plot.channel))
        self._record(
            ticket, actor, step, Kind.CUSTOMER_REPLIED, public=True, comment=comment, changes=changes
        )

    def _reply(self, actor: Actor, ticket: Ticket, step: Step, status: Status | None) -> None:
        before = ticket.status
        ticket.answer(step.at)
        ticket.move(status or ticket.status, step.at)
        comment = self._say(ticket, actor, step, Channel.PORTAL)
        changes = status_changes(before, ticket.status)
        self._record(
            ticket, actor, step, Kind.REPLIED, public=ticket.is_public, comment=comment, changes=changes
        )

    def _say(
        self, ticket: Ticket, actor: Actor, step: Step, channel: Channel, *, note: bool = False
    ) -> Comment:
        """Add a comment to the ticket."""
        ticket.touch(step.at)
        comment = Comment(
            id=next(self.comment_ids),
            workspace_id=self.workspace_id,
            ticket_id=ticket.id,
            is_public=not note,
            member_id=actor.member_id,
            contact_id=actor.contact_id,
            channel=channel,
            body=checked_body(step.text),
            created_at=step.at,
        )
        self.comments.append(comment)
        return comment

    def _record(
        self,
        ticket: Ticket,
        actor: Actor,
        step: Step,
        kind: Kind,
        *,
        public: bool,
        comment: Comment | None = None,
        changes: Changes | None = None,
    ) -> None:
        """Add the event of the step."""
        event = Event(
            workspace_id=self.workspace_id,
            ticket_id=ticket.id,
            comment_id=comment and comment.id,
            kind=kind,
            is_public=public,
            actor_kind=actor.kind,
            member_id=actor.member_id,
            contact_id=actor.contact_id,
            changes=changes or {},
            at=step.at,
        )
        self.events.append(event)
