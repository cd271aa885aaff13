"""What customers say of how their ticket was handled."""

from dataclasses import dataclass

from models import clock
from models.actors import Actor
from models.errors import NotFound
from models.events import Kind
from models.permissions import Permission
from models.satisfaction import Rating, checked_rating, refusal_of
from models.satisfaction import rate as apply_rating
from models.tickets import Ticket
from resolvers import access
from resolvers.change import change, operation


@dataclass(frozen=True)
class Survey:
    """What a customer is asked about: the workspace's name, their ticket, and why they may not answer."""

    workspace: str
    ticket: Ticket
    refusal: str | None


async def survey(actor: Actor) -> Survey:
    """Return the survey of the ticket that the actor is bound to, as it stands now."""
    ticket, workspace = await access.tickets(actor).first(), await access.workspace(actor)
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return Survey(workspace.name, ticket, refusal_of(ticket, clock.now()))


@operation
async def rate(actor: Actor, rating: Rating) -> Ticket:
    """Take what the customer says of the ticket that the actor is bound to.

    Records RATED {customer_score, customer_remark}; nothing when they said just that before. Refuses with
    Conflict when they were not asked yet, or said it more than 14 days ago, or the ticket was merged.
    """
    checked = checked_rating(rating)
    assert actor.ticket_id is not None, "a customer is bound to a ticket"
    async with change(actor) as made:
        ticket = await access.ticket(actor, actor.ticket_id, Permission.CUSTOMER_RATE)
        changes = apply_rating(ticket, made.at, checked)
        if not changes:
            return ticket
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.RATED, public=False, changes=changes)
    return ticket
