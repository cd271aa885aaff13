"""The NOTIFY job: who is told of an event. Writes notifications, and mail rows with their delivery jobs."""

from jobs import claims, inbox
from jobs.claims import Claim
from jobs.mail import customers
from models.actors import Actor, system
from models.events import Event, Kind
from models.letters import Letter
from models.reactions import notices_of
from models.tickets import Changes, Ticket
from resolvers.change import change, operation


async def notify(claim: Claim) -> None:
    """Tell everybody whom NOTICES names, and end the row, in one transaction.

    Records NOTIFIED {told, notifications} when members are told: what their open screens hear of.
    """
    await _notify(system(claim.workspace_id), claim)


@operation
async def _notify(actor: Actor, claim: Claim) -> None:
    async with change(actor) as made:
        event = await Event.get(workspace_id=claim.workspace_id, id=claim.event_id)
        ticket = await Ticket.get(workspace_id=claim.workspace_id, id=event.ticket_id)
        notices = notices_of(event.kind, event.changes)
        entries = await inbox.tell(event, ticket, notices, made.at)
        for notice in notices:
            if isinstance(notice.what, Letter):
                await customers.write(event, ticket, notice.what, made.at)
        await claims.finish(claim)
        if entries:
            told: Changes = {"told": list(entries), "notifications": list(entries.values())}
            made.record(ticket, Kind.NOTIFIED, public=False, changes=told)
