"""Escalating tickets."""

from models.actors import Actor
from models.errors import Invalid
from models.events import Kind
from models.permissions import Permission
from models.texts import checked_text
from models.tickets import Ticket
from resolvers import access
from resolvers.change import change, operation

REASON_LENGTH = 2_000


@operation
async def escalate(
    actor: Actor, ticket_id: int, reason: str, *, expected_version: int | None = None
) -> Ticket:
    """Make the ticket urgent, and keep why.

    Records ESCALATED {priority}. Refuses with Conflict when it is urgent already, resolved, closed or
    archived, with StaleObject when the ticket has another version than expected.
    Source: FEATURES G3.
    """
    text = _checked_reason(reason)
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.ESCALATE)
        ticket.expect_version(expected_version)
        ticket.expect_present()
        changes = ticket.escalate(made.at, text)
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.ESCALATED, public=False, changes=changes)
    return ticket


def _checked_reason(reason: str) -> str:
    text = checked_text(reason, "reason", most=REASON_LENGTH)
    if not text:
        raise Invalid("Please say why.", path=("input", "reason"))
    return text
