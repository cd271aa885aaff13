"""Creating and editing tickets."""

from dataclasses import dataclass
from typing import TypedDict, cast

from models.actors import Actor, ActorKind
from models.contacts import Contact
from models.counters import CounterName
from models.events import Kind
from models.permissions import Permission
from models.texts import checked_line, checked_text
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.tickets import DESCRIPTION_LENGTH, TITLE_LENGTH, Changes, Plain, Ticket, given_to
from resolvers import access, ticket_labels
from resolvers.attachments import bind
from resolvers.change import Change, change, operation
from resolvers.contacts import ContactRef, find_or_create
from resolvers.ledger import next_number

PLAIN = ("type", "priority", "assignee_id", "contact_id", "is_internal")
"""Fields of an edit whose values are recorded in the event: no text of people's."""


@dataclass(frozen=True)
class NewTicket:
    """What a ticket is created from. `contact` names an existing contact or an address."""

    title: str
    description: str = ""
    type: TicketType = TicketType.SUPPORT_TICKET
    priority: Priority = Priority.MEDIUM
    channel: Channel | None = None
    contact: ContactRef | None = None
    assignee_id: int | None = None
    is_internal: bool = False
    label_ids: tuple[int, ...] = ()
    attachment_ids: tuple[int, ...] = ()


class TicketValues(TypedDict, total=False):
    """What an edit sets. A field that is left out stays as it is; None clears."""

    title: str
    description: str
    type: TicketType
    priority: Priority
    status: Status
    assignee_id: int | None
    contact_id: int | None
    is_internal: bool


@operation
async def create(actor: Actor, new: NewTicket) -> Ticket:
    """Create a ticket with the workspace's next reference.

    Records CREATED {assignee}. Its channel is API for keys and PHONE by hand unless given.
    """
    actor.require(Permission.CREATE)
    async with change(actor) as made:
        contact = await find_or_create(actor, new.contact) if new.contact else None
        if new.assignee_id is not None:
            await access.assignable(actor, new.assignee_id)
        ticket = _blank(made, new, contact)
        ticket.number = await next_number(actor.workspace_id, CounterName.REFERENCE)
        await ticket.save()
        await ticket_labels.put(actor, ticket, new.label_ids)
        await bind(made, ticket, None, new.attachment_ids)
        changes = given_to(ticket.assignee_id)
        made.record(ticket, Kind.CREATED, public=ticket.is_public, changes=changes)
    return ticket


@operation
async def update(
    actor: Actor, ticket_id: int, values: TicketValues, *, expected_version: int | None = None
) -> Ticket:
    """Set the given fields, all in one event.

    Records UPDATED {changes}; nothing when all is as it was. Refuses with StaleObject when the
    ticket has another version than expected, with Conflict when it is archived or the status cannot
    move so.
    """
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.expect_version(expected_version)
        ticket.expect_present()
        changes = await _apply(made, ticket, values)
        if not changes:
            return ticket
        ticket.touch(made.at)
        await ticket.save()
        made.record(ticket, Kind.UPDATED, public=ticket.is_public and "status" in changes, changes=changes)
    return ticket


async def follow_up(made: Change, closed: Ticket, channel: Channel) -> Ticket:
    """Return a new ticket of the customer who writes that follows a closed one. Its event is the caller's."""
    ticket = Ticket(
        workspace_id=closed.workspace_id,
        title=closed.title,
        type=closed.type,
        channel=channel,
        contact_id=made.actor.contact_id,  # not the closed one's, if another's ticket was merged into it
        assignee_id=closed.assignee_id,
        is_public=closed.is_public,
        follows_id=closed.id,
        created_at=made.at,
        updated_at=made.at,
    )
    ticket.number = await next_number(closed.workspace_id, CounterName.REFERENCE)
    await ticket.save()
    return ticket


def _blank(made: Change, new: NewTicket, contact: Contact | None) -> Ticket:
    by_key = made.actor.kind is ActorKind.API_KEY
    return Ticket(
        workspace_id=made.actor.workspace_id,
        title=checked_line(new.title, "title", most=TITLE_LENGTH),
        description=checked_text(new.description, "description", most=DESCRIPTION_LENGTH),
        type=new.type,
        priority=new.priority,
        channel=new.channel or (Channel.API if by_key else Channel.PHONE),
        contact_id=contact and contact.id,
        assignee_id=new.assignee_id,
        is_internal=new.is_internal,
        is_public=_is_public(contact, is_internal=new.is_internal),
        created_at=made.at,
        updated_at=made.at,
    )


async def _apply(made: Change, ticket: Ticket, values: TicketValues) -> Changes:
    """Set the values on the row and return what changed."""
    changes = _apply_texts(ticket, values)
    for name, value in values.items():
        if name in PLAIN and value != (before := getattr(ticket, name)):
            changes[name.removesuffix("_id")] = [before, cast(Plain, value)]
            setattr(ticket, name, value)
    if "assignee" in changes and ticket.assignee_id is not None:
        await access.assignable(made.actor, ticket.assignee_id)
    if "contact" in changes or "is_internal" in changes:
        contact = None if ticket.contact_id is None else await access.contact(made.actor, ticket.contact_id)
        ticket.is_public = _is_public(contact, is_internal=ticket.is_internal)
    if "status" in values:
        changes |= ticket.move(values["status"], made.at)
    return changes


def _apply_texts(ticket: Ticket, values: TicketValues) -> Changes:
    changes: Changes = {}
    if "title" in values:
        title = checked_line(values["title"], "title", most=TITLE_LENGTH)
        if title != ticket.title:
            ticket.title, changes["title"] = title, None
    if "description" in values:
        text = checked_text(values["description"], "description", most=DESCRIPTION_LENGTH)
        if text != ticket.description:
            ticket.description, changes["description"] = text, None
    return changes


def _is_public(contact: Contact | None, *, is_internal: bool) -> bool:
    """Its customer may see a ticket when there is one with an address, and nobody hid it."""
    return contact is not None and contact.email is not None and not is_internal
