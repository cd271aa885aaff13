"""Following tickets: hearing of the answers on what is not one's own."""

from collections import defaultdict

from models.actors import Actor
from models.database import fetch
from models.errors import Conflict
from models.followers import MOST_FOLLOWERS
from models.members import Member
from models.permissions import Permission
from models.tickets import Ticket
from resolvers import access
from resolvers.change import change, operation

ADD = """
INSERT INTO ticket_follower (workspace_id, ticket_id, member_id, created_at)
SELECT $1, $2, unnest($3::bigint[]), $4
ON CONFLICT (workspace_id, ticket_id, member_id) DO NOTHING
"""


@operation
async def follow(actor: Actor, ticket_id: int) -> Ticket:
    """Have the member told of answers on the ticket. No event: it is their own affair.

    Refuses with Conflict when the ticket has as many followers as it can have.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.INBOX)
        others = access.followers(actor).filter(ticket_id=ticket.id).exclude(member_id=actor.member_id)
        if await others.count() >= MOST_FOLLOWERS:
            raise Conflict(f"This ticket has {MOST_FOLLOWERS} followers, and cannot have more.")
        await fetch(ADD, actor.workspace_id, ticket.id, [actor.member_id], made.at)
    return ticket


@operation
async def unfollow(actor: Actor, ticket_id: int) -> Ticket:
    """Have the member told of the ticket no more than any other."""
    async with change(actor):
        ticket = await access.ticket(actor, ticket_id, Permission.INBOX)
        await access.followers(actor).filter(ticket_id=ticket.id, member_id=actor.member_id).delete()
    return ticket


@operation
async def add_followers(actor: Actor, ticket_id: int, member_ids: list[int]) -> None:
    """Let the members follow the ticket, too."""
    async with change(actor) as made:
        await fetch(ADD, actor.workspace_id, ticket_id, member_ids, made.at)


async def followers_of_tickets(actor: Actor, ticket_ids: list[int]) -> list[list[Member]]:
    """Return for each ticket the members who follow it, by name; removed ones are left out."""
    rows = access.followers(actor).filter(ticket_id__in=ticket_ids)
    links = await rows.values_list("ticket_id", "member_id")
    members = access.members(actor).filter(id__in={member_id for _, member_id in links}, removed_at=None)
    followed: dict[int, set[int]] = defaultdict(set)
    for ticket_id, member_id in links:
        followed[ticket_id].add(member_id)
    known = await members.order_by("name", "id")
    return [[row for row in known if row.id in followed[ticket_id]] for ticket_id in ticket_ids]


async def follows_tickets(actor: Actor, ticket_ids: list[int]) -> list[bool]:
    """Tell for each ticket whether the actor follows it."""
    rows = access.followers(actor).filter(ticket_id__in=ticket_ids, member_id=actor.member_id)
    followed = {row.ticket_id for row in await rows.only("ticket_id")}
    return [ticket_id in followed for ticket_id in ticket_ids]
