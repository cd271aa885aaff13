"""The books of a demo workspace while its past is written: who is who, and which ticket is which."""

from dataclasses import dataclass, field
from typing import assert_never

from jobs.demo.plot import Deed, Plot, Step
from jobs.demo.story import Turn
from models.actors import Actor, customer, system
from models.ticket_enums import Channel, Status
from models.tickets import Ticket
from resolvers import comments, tickets
from resolvers.contacts import ContactRef
from resolvers.tickets import NewTicket

NO_TOKEN = 0
ANSWERS_BY = {Channel.PHONE: Channel.EMAIL, Channel.API: Channel.EMAIL}  # how customers write later
SENT_WITH = {Turn.ASK: Status.WAITING, Turn.SOLVE: Status.RESOLVED}


@dataclass
class Books:
    """The members' actors by address, labels by name, tickets by number of plot."""

    workspace_id: int
    members: dict[str, Actor]
    labels: dict[str, int]
    tickets: dict[int, Ticket] = field(default_factory=dict[int, Ticket])

    async def write(self, nth: int, plot: Plot, step: Step) -> None:
        """Let happen what the step of the nth plot tells."""
        actor = self.members[step.member.email] if step.member else system(self.workspace_id)
        if step.deed is Deed.OPEN:
            self.tickets[nth] = await self._open(actor, plot, step)
            return
        await self._go_on(actor, self.tickets[nth], plot, step)

    async def _open(self, actor: Actor, plot: Plot, step: Step) -> Ticket:
        new = NewTicket(
            title=plot.title,
            description=step.text,
            type=plot.story.type,
            priority=plot.story.priority,
            channel=plot.channel,
            contact=ContactRef(email=plot.customer.email, name=plot.customer.name),
            label_ids=tuple(self.labels[name] for name in plot.story.labels),
        )
        return await tickets.create(actor, new)

    async def _go_on(self, actor: Actor, ticket: Ticket, plot: Plot, step: Step) -> None:
        match step.deed:
            case Deed.TAKE:
                await tickets.update(actor, ticket.id, {"assignee_id": actor.member_id})
            case Deed.CLOSE:
                await tickets.update(actor, ticket.id, {"status": Status.CLOSED})
            case Turn.CUSTOMER:
                await self._hear(ticket, plot, step)
            case Turn.REPLY | Turn.ASK | Turn.SOLVE:
                await comments.reply(actor, ticket.id, step.text, status=SENT_WITH.get(step.deed))
            case Turn.NOTE:
                await comments.note(actor, ticket.id, step.text)
            case Deed.OPEN:
                raise AssertionError("a ticket opens once")
            case _:
                assert_never(step.deed)

    async def _hear(self, ticket: Ticket, plot: Plot, step: Step) -> None:
        assert ticket.contact_id is not None, "each ticket of the demo has a customer"
        actor = customer(self.workspace_id, ticket.contact_id, ticket.id, NO_TOKEN)
        await comments.customer_reply(actor, step.text, ANSWERS_BY.get(plot.channel, plot.channel))
