"""Composing a letter to a member about an entry of their inbox, at the moment when it is sent."""

from dataclasses import dataclass

from jobs.mail.compose import Composed, earlier
from jobs.mail.envelopes import Envelope, message
from jobs.mail.sheets import Foot, Link, Wording, html, plain
from jobs.origin import base_url, mail_domain, sender_address
from models.comments import Comment
from models.contacts import Contact
from models.mails import MailOut
from models.members import Member
from models.notifications import Notification, summary
from models.tickets import Ticket
from models.workspaces import Workspace

MOST_LISTED = 50  # tickets in the letter about a digest; the inbox has them all
WHY = "You get this mail because you work on this desk. Choose in it which mails you get."


@dataclass(frozen=True)
class Entry:
    """What the letter is about: the tickets in the order in which they were told of."""

    notification: Notification
    tickets: list[Ticket]
    count: int
    actor: str | None
    body: str


async def compose(mail: MailOut) -> Composed | None:
    """Return the letter; None when it is not needed any more: the member has read of it, or is gone."""
    notification = await Notification.get(workspace_id=mail.workspace_id, id=mail.notification_id)
    member = await Member.get(workspace_id=mail.workspace_id, id=mail.member_id)
    if notification.read_at is not None or member.removed_at is not None:
        return None
    workspace = await Workspace.get(id=mail.workspace_id)
    entry = await _entry(notification)
    wording, last = _word(entry, workspace), _foot(entry)
    envelope = Envelope(
        message_id=mail.message_id,
        sender=sender_address(workspace),
        sender_name=workspace.name,
        reply_to=f"no-reply@{mail_domain()}",  # what members write by mail is not taken
        recipient=mail.recipient,
        recipient_name=member.name,
        subject=wording.subject,
        at=mail.created_at,
        earlier=await earlier(mail),
        is_automatic=True,
    )
    made = message(envelope, plain(wording, last), html(wording, last))
    return Composed(mail.message_id, envelope.sender, mail.recipient, made.as_bytes())


def _word(entry: Entry, workspace: Workspace) -> Wording:
    first = entry.tickets[0]
    said = summary(entry.notification.kind, entry.count, entry.actor, first.reference)
    if entry.count == 1:
        body = (entry.body,) if entry.body else ()
        return Wording(f"[{first.reference}] {first.title}", (f"{said}.", *body, workspace.name))
    links = [Link(f"{each.reference} {each.title}", _address(each)) for each in entry.tickets]
    more = entry.count - len(links)
    rest = (f"And {more} more.",) if more > 0 and len(links) == MOST_LISTED else ()
    return Wording(f"{said}", (f"{said}:", *links, *rest, workspace.name))


def _foot(entry: Entry) -> Foot:
    if entry.count == 1:
        first = entry.tickets[0]
        return Foot(
            f"{first.reference} · {WHY}", Link("Open the ticket", _address(first)), is_answerable=False
        )
    return Foot(WHY, Link("Open your inbox", f"{base_url()}/desk/inbox"), is_answerable=False)


async def _entry(notification: Notification) -> Entry:
    home = notification.workspace_id
    joined = await Notification.filter(workspace_id=home, head_id=notification.id).order_by("id")
    parts = [notification, *joined]
    ids = list(dict.fromkeys(part.ticket_id for part in parts))[:MOST_LISTED]
    found = {row.id: row for row in await Ticket.filter(workspace_id=home, id__in=ids)}
    return Entry(
        notification,
        [found[ticket_id] for ticket_id in ids],
        len(parts),
        await _actor(notification),
        await _body(notification),
    )


async def _actor(notification: Notification) -> str | None:
    """Return the name of who did it, None for the product itself."""
    home = notification.workspace_id
    if notification.actor_member_id is not None:
        return (await Member.get(workspace_id=home, id=notification.actor_member_id)).name
    if notification.actor_contact_id is not None:
        return (await Contact.get(workspace_id=home, id=notification.actor_contact_id)).name
    return None


async def _body(notification: Notification) -> str:
    if notification.comment_id is None:
        return ""
    return (await Comment.get(workspace_id=notification.workspace_id, id=notification.comment_id)).body


def _address(ticket: Ticket) -> str:
    return f"{base_url()}/desk/tickets/{ticket.reference}"
