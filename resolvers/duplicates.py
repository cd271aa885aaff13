"""Where duplicates lead: from a ticket to what it was merged into, and so on to the live one."""

from contextlib import suppress

from tortoise.functions import Count
from tortoise.transactions import in_transaction

from models.actors import Actor
from models.database import fetch
from models.errors import AlreadyMerged, NotFound
from models.permissions import Permission
from models.rows import select_for_each
from models.tickets import Ticket
from resolvers import access
from resolvers.lists import Page, Window, pages_of

LARGEST = 2**63 - 1  # of a bigint
CHAIN = """
WITH RECURSIVE step AS (
    SELECT id, merged_into_id, 0 AS nth FROM ticket WHERE workspace_id = $1 AND id = $2
    UNION ALL
    SELECT ticket.id, ticket.merged_into_id, step.nth + 1
    FROM ticket JOIN step ON ticket.id = step.merged_into_id WHERE ticket.workspace_id = $1
)
SELECT id FROM step ORDER BY nth
"""


async def chain(actor: Actor, ticket_id: int) -> list[int]:
    """Return the ids of the ticket, of what it was merged into, and so on to the live one.

    Whether the actor may see them is the caller's to ask.
    """
    return [row["id"] for row in await fetch(CHAIN, actor.workspace_id, ticket_id)]


async def refuse_merged(actor: Actor, ticket: Ticket, message: str) -> None:
    """Refuse with AlreadyMerged, which says where to go instead, a ticket that is a duplicate."""
    if ticket.merged_into_id is not None:
        live = (await chain(actor, ticket.id))[-1]
        raise AlreadyMerged(message, await access.tickets(actor).get(id=live))


async def live_ticket(actor: Actor, ticket_id: int, permission: Permission) -> Ticket:
    """Return the ticket at the end of the chain, locked until the end of the change.

    Whoever sees a ticket reaches by it the live one, which they may not see. Refuses like
    `access.ticket`.
    """
    if not await access.tickets(actor).filter(id=ticket_id).exists():
        raise NotFound("There is no such ticket.")
    actor.require(permission)
    while (found := await _locked(actor, (await chain(actor, ticket_id))[-1:])) is None:
        pass  # it was merged on while we waited for it
    return found[-1]


async def locked_chain(actor: Actor, ticket_id: int, permission: Permission) -> list[Ticket]:
    """Return the ticket, what it was merged into, and so on to the live one, all locked.

    Refuses like `access.ticket`.
    """
    if not await access.tickets(actor).filter(id=ticket_id).exists():
        raise NotFound("There is no such ticket.")
    actor.require(permission)
    while (found := await _locked(actor, await chain(actor, ticket_id))) is None:
        pass  # somebody merged or unmerged one of them while we waited
    return found


async def pages(actor: Actor, ticket_ids: list[int], window: Window[int]) -> list[Page[Ticket]]:
    """Return for each ticket a page of those that were merged into it, the oldest first."""
    actor.require(Permission.READ)
    beyond, order = ("<", "DESC") if window.backward else (">", "ASC")
    clauses = (
        f"WHERE workspace_id = $2 AND merged_into_id = parent.key AND id {beyond} $3"
        f" ORDER BY id {order} LIMIT {window.size + 1}"
    )
    place = window.place if window.place is not None else (LARGEST if window.backward else 0)
    found = await select_for_each(Ticket, clauses, ticket_ids, actor.workspace_id, place)
    return pages_of(ticket_ids, found, window)


async def counts(actor: Actor, ticket_ids: list[int]) -> list[int]:
    """Count for each ticket those that were merged into it."""
    rows = access.tickets(actor).filter(merged_into_id__in=ticket_ids)
    found = rows.annotate(count=Count("id")).group_by("merged_into_id")
    counted = dict(await found.values_list("merged_into_id", "count"))
    return [counted.get(ticket_id, 0) for ticket_id in ticket_ids]


async def _locked(actor: Actor, chained: list[int]) -> list[Ticket] | None:
    """Lock these tickets, in the order of their ids; None, and no lock kept, when they are no chain now."""
    rows = Ticket.filter(workspace_id=actor.workspace_id, id__in=chained)
    with suppress(_Changed):
        async with in_transaction():  # a savepoint: going back to it gives the locks up
            known = {row.id: row for row in await rows.order_by("id").select_for_update()}
            found = [known[ticket_id] for ticket_id in chained]
            if [row.merged_into_id for row in found] != [*chained[1:], None]:
                raise _Changed
            return found
    return None


class _Changed(Exception):
    """The tickets are no chain any more."""
