"""Giving tickets to members."""

from models.actors import Actor
from models.events import Kind
from models.permissions import Permission
from models.tickets import Ticket
from resolvers import access
from resolvers.change import change, operation


@operation
async def assign(
    actor: Actor, ticket_id: int, assignee_id: int | None, *, expected_version: int | None = None
) -> Ticket:
    """Give the ticket to a member; None takes it from everybody.

    Records ASSIGNED {assignee}; nothing when it is theirs already. Refuses with StaleObject when the
    ticket has another version than expected, with Conflict when it is archived.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.expect_version(expected_version)
        ticket.expect_present()
        before = ticket.assignee_id
        if assignee_id == before:
            return ticket
        if assignee_id is not None:
            await access.assignable(actor, assignee_id)
        ticket.assignee_id = assignee_id
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.ASSIGNED, public=False, changes={"assignee": [before, assignee_id]})
    return ticket
