"""What a customer sees of their ticket by the link in a letter: what is public, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from models import clock
from models.actors import Actor
from models.attachment_links import Use, link_to
from models.comments import Comment
from models.errors import NotFound
from models.tickets import Ticket
from models.tokens import TicketToken
from resolvers import access
from resolvers.duplicates import chain

MOST = 100  # messages on a page: at their longest they are 10 MB


@dataclass(frozen=True)
class Place:
    """Where the ticket's page is: a workspace's slug and a reference, no secrets."""

    slug: str
    reference: str


@dataclass(frozen=True)
class File:
    """An attachment. `url` is good for some minutes."""

    name: str
    bytes: int
    url: str


@dataclass(frozen=True)
class Message:
    """A public comment. `author` is None where they cannot be named any more."""

    author: str | None
    is_from_customer: bool
    at: datetime
    body: str
    files: Sequence[File] = ()


@dataclass(frozen=True)
class Tracked:
    """The ticket with its newest public messages, oldest first; `is_cut` tells of older ones.

    `files` came with the ticket itself.
    """

    workspace: str
    ticket: Ticket
    thread: Sequence[Message]
    is_cut: bool
    files: Sequence[File] = ()


async def place_of(actor: Actor) -> Place:
    """Return where the page of the customer's ticket is."""
    ticket, workspace = await _ticket(actor), await access.workspace(actor)
    return Place(workspace.slug, ticket.reference)


async def places_of(actor: Actor) -> set[Place]:
    """Return where the page of the customer's ticket is, and was before that ticket joined it for which
    their token was made."""
    token = await TicketToken.get(workspace_id=actor.workspace_id, id=actor.credential_id)
    made_for = await Ticket.get(workspace_id=actor.workspace_id, id=token.ticket_id)
    here = await place_of(actor)
    return {here, Place(here.slug, made_for.reference)}


async def is_of_ticket(actor: Actor, comment: Comment) -> bool:
    """Tell whether the comment went to the customer's ticket, or to the one which that has joined: not to
    a new one."""
    assert actor.ticket_id is not None, "a customer is bound to a ticket"
    return comment.ticket_id in await chain(actor, actor.ticket_id)


async def tracked(actor: Actor) -> Tracked:
    """Return the customer's ticket as they may see it."""
    ticket, workspace = await _ticket(actor), await access.workspace(actor)
    newest = await access.comments(actor).order_by("-id").limit(MOST + 1)
    rows = newest[:MOST][::-1]
    names = await _names(actor, rows)
    files = await _files(actor, rows)
    thread = [
        Message(names.get(row.id), row.member_id is None, row.created_at, row.body, files[row.id])
        for row in rows
    ]
    return Tracked(workspace.name, ticket, thread, is_cut=len(newest) > MOST, files=files[None])


async def _ticket(actor: Actor) -> Ticket:
    assert actor.is_customer, "only a customer is bound to a ticket"
    row = await access.tickets(actor).first()
    if row is None:
        raise NotFound("There is no such ticket.")
    return row


async def _files(actor: Actor, rows: Sequence[Comment]) -> dict[int | None, list[File]]:
    """Return the files of each comment by its id, and under None those of the ticket itself."""
    now = clock.now()
    files: dict[int | None, list[File]] = {row.id: [] for row in rows} | {None: []}
    shown = access.attachments(actor).filter(ticket_id=actor.ticket_id).order_by("id")
    for row in await shown.filter(Q(comment_id=None) | Q(comment_id__in=[row.id for row in rows])):
        url = link_to(row.workspace_id, row.id, Use.DOWNLOAD, now).url
        files[row.comment_id].append(File(row.name, row.bytes, url))
    return files


async def _names(actor: Actor, rows: Sequence[Comment]) -> dict[int, str]:
    """Return who wrote each comment: comment id → name. Customers see no other customer's."""
    member_ids = {row.member_id for row in rows if row.member_id is not None}
    members = {row.id: row.name for row in await access.members(actor).filter(id__in=member_ids)}
    contacts = {row.id: row.name for row in await access.contacts(actor)}
    found = {row.id: members.get(row.member_id or 0) or contacts.get(row.contact_id or 0) for row in rows}
    return {comment_id: name for comment_id, name in found.items() if name is not None}
