"""Resolving tickets, opening them again, and closing them for good."""

from datetime import timedelta

from tortoise.expressions import F

from models.actors import Actor
from models.events import Kind
from models.permissions import Permission
from models.satisfaction import checked_score
from models.texts import checked_text
from models.ticket_enums import Status
from models.tickets import Resolution, Ticket
from resolvers import access
from resolvers.change import change, operation

RESOLUTION_LENGTH = 20_000
CLOSED_AT_ONCE = 200  # rows that one transaction locks


@operation
async def resolve(
    actor: Actor, ticket_id: int, resolution: Resolution, *, expected_version: int | None = None
) -> Ticket:
    """Solve the ticket, say how, and how well it went.

    Records RESOLVED {status, resolution, agent_score}. Refuses with Conflict when it is resolved, closed
    or archived, with StaleObject when the ticket has another version than expected.
    """
    checked = _checked(resolution)
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.expect_version(expected_version)
        ticket.expect_present()
        changes = ticket.resolve(made.at, checked)
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.RESOLVED, public=ticket.is_public, changes=changes)
    return ticket


@operation
async def reopen(actor: Actor, ticket_id: int, *, expected_version: int | None = None) -> Ticket:
    """Open the ticket again, however long ago it was closed.

    Records REOPENED {status}. Refuses with Conflict when it is open, archived or merged into another,
    with StaleObject when the ticket has another version than expected.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.expect_version(expected_version)
        ticket.expect_present()
        changes = ticket.reopen(made.at)
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.REOPENED, public=ticket.is_public, changes=changes)
    return ticket


@operation
async def close_quiet(actor: Actor, quiet: timedelta) -> int:
    """Close the next resolved tickets on which nothing has happened for so long; return how many.

    At most CLOSED_AT_ONCE; those that somebody is at are left for the next time, archived ones for ever.
    Records CLOSED {status} on each. Source: RULES 1.
    """
    async with change(actor) as made:
        resolved = access.tickets(actor).filter(
            status=Status.RESOLVED, archived_at=None, updated_at__lte=made.at - quiet
        )
        waiting = resolved.order_by("updated_at", "id").limit(CLOSED_AT_ONCE)
        rows = await waiting.select_for_update(skip_locked=True)
        if not rows:
            return 0
        for ticket in rows:
            changes = ticket.move(Status.CLOSED, made.at)
            made.record(ticket, Kind.CLOSED, public=ticket.is_public, changes=changes)
        await (
            access.tickets(actor)
            .filter(id__in=[ticket.id for ticket in rows])
            .update(status=Status.CLOSED, closed_at=made.at, updated_at=made.at, version=F("version") + 1)
        )
    return len(rows)


def _checked(resolution: Resolution) -> Resolution:
    """Return it with a clean text, None for an empty one. Refuses with Invalid what is out of bounds."""
    checked = resolution.copy()
    if (text := resolution.get("text")) is not None:
        checked["text"] = checked_text(text, "resolution", most=RESOLUTION_LENGTH) or None
    if (score := resolution.get("agent_score")) is not None:
        checked["agent_score"] = checked_score(score, "agentScore")
    return checked
