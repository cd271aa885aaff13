"""Composing a letter to a customer from its rows, at the moment when it is sent. Links are worked out,
never stored."""

import asyncio
from dataclasses import dataclass, replace

from jobs.mail import reply_addresses
from jobs.mail.enclosures import enclosures
from jobs.mail.envelopes import Envelope, message
from jobs.mail.letters import Matter, foot, word
from jobs.mail.sheets import Link, html, plain
from jobs.origin import base_url, mail_domain, sender_address
from models.actors import system
from models.comments import Comment
from models.contacts import Contact
from models.events import Event
from models.letters import AUTOMATIC, Letter
from models.mails import MailOut, MailState
from models.members import Member
from models.reactions import after, notices_of
from models.ticket_enums import Status
from models.tickets import Ticket
from models.workspaces import Workspace
from resolvers.tokens import reply_token, survey_token, tracking_token


@dataclass(frozen=True)
class Composed:
    """A letter as it goes over the wire."""

    message_id: str
    sender: str
    recipient: str
    source: bytes


async def compose(mail: MailOut) -> Composed | None:
    """Return the letter; None when its recipient may not read it any more: the ticket was hidden,
    or given to another customer."""
    ticket = await Ticket.get(workspace_id=mail.workspace_id, id=mail.ticket_id)
    contact = await Contact.get(workspace_id=mail.workspace_id, id=mail.contact_id)
    if not ticket.is_public or ticket.contact_id != contact.id:
        return None
    workspace = await Workspace.get(id=mail.workspace_id)
    enclosed = await enclosures(mail)
    matter = replace(await _matter(mail, ticket, contact, workspace), left=enclosed.left)
    wording = word(mail.letter, matter)
    envelope = Envelope(
        message_id=mail.message_id,
        sender=sender_address(workspace),
        sender_name=workspace.name,
        reply_to=await _reply_address(mail, contact),
        recipient=mail.recipient,
        recipient_name=contact.name if matter.is_proved else "",
        subject=wording.subject,
        at=mail.created_at,
        earlier=await earlier(mail),
        is_automatic=mail.letter in AUTOMATIC,
    )
    texts = (plain(wording, foot(matter)), html(wording, foot(matter)))
    source = await asyncio.to_thread(lambda: message(envelope, *texts, enclosed.files).as_bytes())
    return Composed(mail.message_id, envelope.sender, mail.recipient, source)


async def earlier(mail: MailOut) -> list[str]:
    """Return the Message-IDs of the letters that this recipient had about the ticket before."""
    rows = MailOut.filter(
        workspace_id=mail.workspace_id,
        ticket_id=mail.ticket_id,
        recipient=mail.recipient,
        id__lt=mail.id,
        state__in=(MailState.QUEUED, MailState.SENT),
    )
    return [row.message_id for row in await rows.order_by("id").only("message_id")]


async def _reply_address(mail: MailOut, contact: Contact) -> str:
    token = await reply_token(system(mail.workspace_id), mail.ticket_id, contact.id)
    return reply_addresses.make(token, mail_domain())


async def _matter(mail: MailOut, ticket: Ticket, contact: Contact, workspace: Workspace) -> Matter:
    event = await Event.get(workspace_id=mail.workspace_id, id=mail.event_id)
    became = after(event.changes, "status")
    body, author = await _written(mail)
    return Matter(
        reference=ticket.reference,
        title=ticket.title,
        workspace=workspace.name,
        contact=contact.name,
        is_proved=contact.proved_at is not None,
        link=await _link(ticket, contact),
        body=body,
        author=author,
        status=Status(became) if isinstance(became, str) else None,
        survey=await _survey(ticket, contact) if event.at == ticket.survey_asked_at else None,
        primary=await _primary(mail, ticket),
        together=await _together(mail, contact),
    )


async def _written(mail: MailOut) -> tuple[str, str | None]:
    """Return the text of the public comment that a reply carries, and its author's name."""
    if mail.letter is not Letter.REPLY or mail.comment_id is None:
        return "", None
    comment = await Comment.get(workspace_id=mail.workspace_id, id=mail.comment_id, is_public=True)
    if comment.member_id is None:
        return comment.body, None
    member = await Member.get(workspace_id=mail.workspace_id, id=comment.member_id)
    return comment.body, member.name


async def _primary(mail: MailOut, ticket: Ticket) -> str | None:
    """Return the reference of the ticket that a duplicate joined, if it is this customer's too."""
    if mail.letter is not Letter.MERGED or ticket.merged_into_id is None:
        return None
    primary = await Ticket.get(workspace_id=mail.workspace_id, id=ticket.merged_into_id)
    is_theirs = primary.is_public and primary.contact_id == ticket.contact_id
    return primary.reference if is_theirs else None


async def _together(mail: MailOut, contact: Contact) -> tuple[Link, ...]:
    """Return the customer's tickets of which the same is to be told by the same bulk change, if several."""
    if mail.bulk_id is None:
        return ()
    events = await Event.filter(workspace_id=mail.workspace_id, bulk_id=mail.bulk_id, is_public=True)
    told = [event.ticket_id for event in events if mail.letter in _letters_about(event)]
    theirs = Ticket.filter(workspace_id=mail.workspace_id, contact_id=contact.id, is_public=True, id__in=told)
    rows = await theirs.order_by("id").limit(MOST_TOGETHER)
    if len(rows) < 2:
        return ()
    is_proved = contact.proved_at is not None
    return tuple([Link(_title(row, is_proved), await _link(row, contact)) for row in rows])


MOST_TOGETHER = 50  # tickets in one letter; nobody reads more


def _letters_about(event: Event) -> list[Letter]:
    return [each.what for each in notices_of(event.kind, event.changes) if isinstance(each.what, Letter)]


def _title(ticket: Ticket, is_proved: bool) -> str:
    return f"{ticket.reference} {ticket.title}" if is_proved else ticket.reference


async def _link(ticket: Ticket, contact: Contact) -> str:
    """Return where the customer finds the ticket."""
    token = await tracking_token(system(ticket.workspace_id), ticket.id, contact.id)
    return f"{base_url()}/t/{token}"


async def _survey(ticket: Ticket, contact: Contact) -> str:
    """Return where the customer says how satisfied they are."""
    token = await survey_token(system(ticket.workspace_id), ticket.id, contact.id)
    return f"{base_url()}/rate/{token}"
