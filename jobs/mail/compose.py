"""Composing a letter from its rows, at the moment when it is sent. Links are worked out, never stored."""

import asyncio
from dataclasses import dataclass, replace

from jobs.mail import reply_addresses
from jobs.mail.enclosures import enclosures
from jobs.mail.envelopes import Envelope, message
from jobs.mail.letters import Matter, html, plain, word
from jobs.origin import base_url, mail_domain, sender_address
from models.actors import system
from models.comments import Comment
from models.contacts import Contact
from models.letters import AUTOMATIC
from models.mails import MailOut, MailState
from models.members import Member
from models.tickets import Ticket
from models.workspaces import Workspace
from resolvers.tokens import reply_token, tracking_token


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
        earlier=await _earlier(mail),
        is_automatic=mail.letter in AUTOMATIC,
    )
    texts = (plain(wording, matter), html(wording, matter))
    source = await asyncio.to_thread(lambda: message(envelope, *texts, enclosed.files).as_bytes())
    return Composed(mail.message_id, envelope.sender, mail.recipient, source)


async def _reply_address(mail: MailOut, contact: Contact) -> str:
    token = await reply_token(system(mail.workspace_id), mail.ticket_id, contact.id)
    return reply_addresses.make(token, mail_domain())


async def _matter(mail: MailOut, ticket: Ticket, contact: Contact, workspace: Workspace) -> Matter:
    token = await tracking_token(system(mail.workspace_id), ticket.id, contact.id)
    body, author = await _written(mail)
    return Matter(
        reference=ticket.reference,
        title=ticket.title,
        workspace=workspace.name,
        contact=contact.name,
        is_proved=contact.proved_at is not None,
        link=f"{base_url()}/t/{token}",
        body=body,
        author=author,
    )


async def _written(mail: MailOut) -> tuple[str, str | None]:
    """Return the text of the public comment that the letter carries, and its author's name."""
    if mail.comment_id is None:
        return "", None
    comment = await Comment.get(workspace_id=mail.workspace_id, id=mail.comment_id, is_public=True)
    if comment.member_id is None:
        return comment.body, None
    member = await Member.get(workspace_id=mail.workspace_id, id=comment.member_id)
    return comment.body, member.name


async def _earlier(mail: MailOut) -> list[str]:
    """Return the Message-IDs of the letters that this recipient had about the ticket before."""
    rows = MailOut.filter(
        workspace_id=mail.workspace_id,
        ticket_id=mail.ticket_id,
        recipient=mail.recipient,
        id__lt=mail.id,
        state__in=(MailState.QUEUED, MailState.SENT),
    )
    return [row.message_id for row in await rows.order_by("id").only("message_id")]
