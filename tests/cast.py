"""The cast: Ada and Grace are agents, Olga is admin, Vic looks on, Carl is a customer, Eve is elsewhere."""

from dataclasses import dataclass
from functools import cache
from secrets import token_hex

from argon2 import PasswordHasher

from models import clock
from models.actors import Actor, ActorKind, system
from models.attachments import Attachment
from models.audit import AuditRow
from models.canned_responses import CannedResponse
from models.comments import Comment
from models.contacts import Contact
from models.events import Event
from models.labels import Label, LabelColor, TicketLabel
from models.letters import Letter
from models.mails import MailOut, MailState
from models.members import Member
from models.notifications import NoticeKind, Notification
from models.people import Person
from models.permissions import Role, Scope
from models.ticket_enums import Priority
from models.ticket_orders import Direction, OrderField
from models.tickets import Ticket
from models.views import View
from models.workspaces import Workspace
from resolvers import (
    attachments,
    bulk_changes,
    comments,
    invitations,
    keys,
    merges,
    tickets,
    tokens,
    workspaces,
)
from resolvers.attachments import Content
from resolvers.contacts import ContactRef
from resolvers.invitations import NewInvitation
from resolvers.tickets import NewTicket
from schema.ids import global_id
from schema.nodes import id_of

PASSWORD = "correct horse battery staple"
FOR_ADMINS = {"ApiKey", "AuditEntry", "Invitation", "Notification"}
"""Types whose objects a member sees only of themselves, or not at all; admins see all."""


@dataclass
class Somebody:
    """A member: as an actor, and the secret of an API key that may all that they may."""

    actor: Actor
    member: Member
    key: str


@dataclass
class Desk:
    """Acme, where the story plays, and Globex, where Eve is."""

    acme: Workspace
    globex: Workspace
    ada: Somebody
    grace: Somebody
    olga: Somebody
    vic: Somebody
    eve: Somebody
    carl: Contact


async def set_up() -> Desk:
    """Found both workspaces with their people."""
    acme = await workspaces.found("acme", "Acme")
    globex = await workspaces.found("globex", "Globex")
    carl = await Contact.create(
        workspace_id=acme.id, name="Carl Customer", email="carl@example.org", created_at=clock.now()
    )
    return Desk(
        acme,
        globex,
        ada=await member(acme, "ada", Role.AGENT),
        grace=await member(acme, "grace", Role.AGENT),
        olga=await member(acme, "olga", Role.ADMIN),
        vic=await member(acme, "vic", Role.VIEWER),
        eve=await member(globex, "eve", Role.ADMIN),
        carl=carl,
    )


async def member(workspace: Workspace, name: str, role: Role) -> Somebody:
    """Add a member with a key. Their password is PASSWORD."""
    now = clock.now()
    person = await Person.create(
        email=f"{name}@{workspace.slug}.example", password_hash=_password_hash(), created_at=now
    )
    row = await Member.create(
        workspace_id=workspace.id,
        person_id=person.id,
        name=name.capitalize(),
        role=role,
        created_at=now,
    )
    actor = Actor(ActorKind.MEMBER, workspace.id, row.permissions, member_id=row.id)
    _, secret = await keys.create_key(actor, row.id, f"{name}'s key", frozenset(Scope))
    return Somebody(actor, row, secret)


async def ticket_of(contact: Contact, by: Actor, title: str = "The printer is on fire") -> Ticket:
    """Create a ticket of the contact."""
    return await tickets.create(by, NewTicket(title, contact=ContactRef(id=contact.id)))


async def duplicate_of(ticket: Ticket, by: Actor, *, merged: bool = True) -> Ticket:
    """Create another ticket of the same contact, and let it join this one unless it is not to be `merged`."""
    contact = await Contact.get(workspace_id=by.workspace_id, id=ticket.contact_id)
    duplicate = await ticket_of(contact, by, "The printer is burning")
    if merged:
        await merges.merge(by, ticket.id, duplicate.id)
    return duplicate


async def token_of(ticket: Ticket, by: Actor) -> str:
    """Return the token by which the ticket's customer gets to it."""
    assert ticket.contact_id is not None
    return await tokens.tracking_token(by, ticket.id, ticket.contact_id)


async def attachment(by: Actor, name: str = "photo.png", *, on: Comment | None = None) -> Attachment:
    """Put a file on the comment; without one the file waits to be sent, and has no bytes yet."""
    row = await attachments.stage(by, name, 4)
    if on is not None:
        content = Content("image/png", "0" * 64, token_hex(16))
        row = await attachments.keep(by, row.id, content)
        row.ticket_id, row.comment_id = on.ticket_id, on.id
        await row.save()
    return row


async def failed_reply(by: Actor, ticket: Ticket) -> Comment:
    """Reply on the ticket; no mail server takes the mail of it."""
    reply = await comments.reply(by, ticket.id, "On our way.")
    event = await Event.get(workspace_id=by.workspace_id, comment_id=reply.id)
    await MailOut.create(
        workspace_id=by.workspace_id,
        event_id=event.id,
        ticket_id=ticket.id,
        comment_id=reply.id,
        contact_id=ticket.contact_id,
        letter=Letter.REPLY,
        recipient="carl@example.org",
        message_id=f"<{reply.id}@desk.example>",
        state=MailState.FAILED,
        failure="The mail server answered 550: no such user",
        created_at=reply.created_at,
    )
    return reply


async def label(by: Actor, name: str, color: LabelColor = LabelColor.RED) -> Label:
    """Add a label."""
    return await Label.create(workspace_id=by.workspace_id, name=name, color=color, created_at=clock.now())


async def admin_of(by: Actor) -> Member:
    """Return the workspace's first admin: Olga, or Eve."""
    [first, *_] = await Member.filter(workspace_id=by.workspace_id, role=Role.ADMIN).order_by("id")
    return first


async def told(member: Member, event: Event) -> Notification:
    """Put an entry about the event into the member's inbox."""
    return await Notification.create(
        workspace_id=event.workspace_id,
        member_id=member.id,
        kind=NoticeKind.MENTIONED,
        event_id=event.id,
        ticket_id=event.ticket_id,
        comment_id=event.comment_id,
        actor_member_id=event.member_id,
        created_at=clock.now(),
    )


async def canned_response(by: Actor, name: str) -> CannedResponse:
    """Keep a text for answering."""
    at = clock.now()
    return await CannedResponse.create(
        workspace_id=by.workspace_id, name=name, body="Hello {{customer_name}}", created_at=at, updated_at=at
    )


async def view(by: Actor, name: str) -> View:
    """Share a view of all tickets."""
    at = clock.now()
    return await View.create(
        workspace_id=by.workspace_id,
        name=name,
        member_id=by.member_id,
        is_shared=True,
        conditions={},
        order_field=OrderField.CREATED_AT,
        order_direction=Direction.DESC,
        created_at=at,
        updated_at=at,
    )


async def dora(desk: Desk) -> Contact:
    """Add Dora, a customer of Globex."""
    return await Contact.create(
        workspace_id=desk.globex.id, name="Dora", email="dora@example.org", created_at=clock.now()
    )


async def one_of_each(by: Actor, ticket: Ticket) -> dict[str, str]:
    """Return the id of one object of each type that has ids, all about the ticket, by the types' names."""
    note = await comments.note(by, ticket.id, f"A note on {ticket.title}")
    file = await attachment(by, f"{ticket.title}.txt", on=note)
    label_ = await label(by, f"About {ticket.title}"[:60])
    await TicketLabel.create(workspace_id=by.workspace_id, ticket_id=ticket.id, label_id=label_.id)
    bulk = await bulk_changes.change_many(by, [ticket.id], {"priority": Priority.LOW})
    contact = await Contact.get(workspace_id=by.workspace_id, id=ticket.contact_id)
    member = await Member.get(workspace_id=by.workspace_id, id=by.member_id)
    event = await Event.filter(workspace_id=by.workspace_id, ticket_id=ticket.id).order_by("seq").first()
    assert event is not None
    audited = await AuditRow.filter(workspace_id=by.workspace_id).order_by("seq").first()
    assert audited is not None
    invitation = await invitations.invite(
        system(by.workspace_id), NewInvitation(f"{ticket.number}@x.example", Role.AGENT)
    )
    entry = await told(await admin_of(by), await Event.get(workspace_id=by.workspace_id, comment_id=note.id))
    key, _ = await keys.create_key(by, by.member_id or 0, f"About {ticket.title}", frozenset({Scope.READ}))
    return {
        "Ticket": id_of(ticket),
        "Comment": id_of(note),
        "Attachment": id_of(file),
        "BulkChange": id_of(bulk),
        "Label": id_of(label_),
        "View": id_of(await view(by, f"As {ticket.title}"[:80])),
        "CannedResponse": id_of(await canned_response(by, f"For {ticket.title}"[:80])),
        "Contact": id_of(contact),
        "Member": id_of(member),
        "TicketEvent": id_of(event),
        "Workspace": global_id("Workspace", by.workspace_id),
        "ApiKey": id_of(key),
        "AuditEntry": id_of(audited),
        "Invitation": id_of(invitation),
        "Notification": id_of(entry),
    }


@cache
def _password_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
