"""What a customer sees of their ticket by the link in a letter: what is public, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.actors import Actor
from models.comments import Comment
from models.errors import NotFound
from models.tickets import Ticket
from resolvers import access

MOST = 100  # messages on a page: at their longest they are 10 MB


@dataclass(frozen=True)
class Place:
    """Where the ticket's page is: a workspace's slug and a reference, no secrets."""

    slug: str
    reference: str


@dataclass(frozen=True)
class Message:
    """A public comment. `author` is None where they cannot be named any more."""

    author: str | None
    is_from_customer: bool
    at: datetime
    body: str


@dataclass(frozen=True)
class Tracked:
    """The ticket with its newest public messages, oldest first; `is_cut` tells of older ones."""

    workspace: str
    ticket: Ticket
    thread: Sequence[Message]
    is_cut: bool


async def place_of(actor: Actor) -> Place:
    """Return where the page of the customer's ticket is."""
    ticket, workspace = await _ticket(actor), await access.workspace(actor)
    return Place(workspace.slug, ticket.reference)


async def tracked(actor: Actor) -> Tracked:
    """Return the customer's ticket as they may see it."""
    ticket, workspace = await _ticket(actor), await access.workspace(actor)
    newest = await access.comments(actor).order_by("-id").limit(MOST + 1)
    rows = newest[:MOST][::-1]
    names = await _names(actor, rows)
    thread = [Message(names.get(row.id), row.member_id is None, row.created_at, row.body) for row in rows]
    return Tracked(workspace.name, ticket, thread, is_cut=len(newest) > MOST)


async def _ticket(actor: Actor) -> Ticket:
    assert actor.is_customer, "only a customer is bound to a ticket"
    row = await access.tickets(actor).first()
    if row is None:
        raise NotFound("There is no such ticket.")
    return row


async def _names(actor: Actor, rows: Sequence[Comment]) -> dict[int, str]:
    """Return who wrote each comment: comment id → name. Customers see no other customer's."""
    member_ids = {row.member_id for row in rows if row.member_id is not None}
    members = {row.id: row.name for row in await access.members(actor).filter(id__in=member_ids)}
    contacts = {row.id: row.name for row in await access.contacts(actor)}
    found = {row.id: members.get(row.member_id or 0) or contacts.get(row.contact_id or 0) for row in rows}
    return {comment_id: name for comment_id, name in found.items() if name is not None}
