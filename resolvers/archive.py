"""The archive: putting tickets away, and bringing them back."""

from models.actors import Actor
from models.events import Kind
from models.permissions import Permission
from models.tickets import Ticket
from resolvers import access
from resolvers.change import change, operation


@operation
async def archive(actor: Actor, ticket_id: int, *, expected_version: int | None = None) -> Ticket:
    """Put the ticket away: no list shows it, and members edit it no more.

    A message of its customer brings it back. Records ARCHIVED {archived}. Refuses with Conflict when it
    is archived already, with StaleObject when the ticket has another version than expected.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.DELETE)
        ticket.expect_version(expected_version)
        changes = ticket.archive(made.at)
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.ARCHIVED, public=False, changes=changes)
    return ticket


@operation
async def restore(actor: Actor, ticket_id: int, *, expected_version: int | None = None) -> Ticket:
    """Bring the ticket back from the archive, as it was.

    Records RESTORED {archived}. Refuses with Conflict when it is not archived, with StaleObject when the
    ticket has another version than expected.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.DELETE)
        ticket.expect_version(expected_version)
        changes = ticket.restore()
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.RESTORED, public=False, changes=changes)
    return ticket
