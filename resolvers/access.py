"""The only door to rows: load, scope to the workspace, check the permission, lock."""

from collections.abc import Callable, Collection
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.actors import Actor
from models.attachments import Attachment
from models.audit import AuditRow
from models.bulk_changes import BulkChange, BulkItem
from models.canned_responses import CannedResponse
from models.comments import Comment
from models.contacts import Contact
from models.counters import Counter, CounterName
from models.errors import Invalid, NotFound
from models.events import UNSEEN, Event
from models.followers import TicketFollower
from models.invitations import Invitation
from models.keys import ApiKey
from models.labels import Label, TicketLabel
from models.mails import MailIn, MailOut
from models.members import Member
from models.mentions import Mention
from models.merges import Merge
from models.notifications import Notification
from models.people import Person
from models.permissions import Permission
from models.tickets import Ticket
from models.views import View
from models.workspaces import Workspace


def tickets(actor: Actor) -> QuerySet[Ticket]:
    """The tickets that the actor may see."""
    rows = Ticket.filter(workspace_id=actor.workspace_id)
    if actor.is_customer:
        return rows.filter(id=actor.ticket_id, is_public=True)
    actor.require(Permission.READ)
    return rows


def comments(actor: Actor) -> QuerySet[Comment]:
    """The comments that the actor may see: a customer sees the public ones of their ticket."""
    rows = Comment.filter(workspace_id=actor.workspace_id)
    if actor.is_customer:
        return rows.filter(ticket_id=actor.ticket_id, is_public=True)
    actor.require(Permission.READ)
    return rows


def attachments(actor: Actor) -> QuerySet[Attachment]:
    """The attachments that the actor may see: what they have not sent yet is nobody else's.

    A customer sees those of the ticket itself and of its public comments.
    """
    rows = Attachment.filter(workspace_id=actor.workspace_id, discarded_at=None)
    if actor.is_customer:
        public = Subquery(comments(actor).values("id"))
        sent = Q(ticket_id=actor.ticket_id) & (Q(comment_id=None) | Q(comment_id__in=public))
        return rows.filter(sent | Q(ticket_id=None, contact_id=actor.contact_id))
    actor.require(Permission.READ)
    return rows.filter(Q(ticket_id__isnull=False) | Q(member_id=actor.member_id))


def events(actor: Actor) -> QuerySet[Event]:
    """The events that the actor may see, in no order."""
    rows = Event.filter(workspace_id=actor.workspace_id).exclude(kind__in=UNSEEN)
    if actor.is_customer:
        return rows.filter(ticket_id=actor.ticket_id, is_public=True)
    actor.require(Permission.READ)
    return rows


def members(actor: Actor) -> QuerySet[Member]:
    """The members of the workspace, removed ones too: they still stand on what they did."""
    return Member.filter(workspace_id=actor.workspace_id)


def contacts(actor: Actor) -> QuerySet[Contact]:
    """The contacts that the actor may see: a customer sees themselves."""
    rows = Contact.filter(workspace_id=actor.workspace_id)
    if actor.is_customer:
        return rows.filter(id=actor.contact_id)
    actor.require(Permission.READ)
    return rows


def letters(actor: Actor) -> QuerySet[MailOut]:
    """The letters that were written to customers; only members see how each fared."""
    actor.require(Permission.READ)
    return MailOut.filter(workspace_id=actor.workspace_id)


def inbound_mails(actor: Actor) -> QuerySet[MailIn]:
    """The mails that came in; only members may know of them."""
    actor.require(Permission.READ)
    return MailIn.filter(workspace_id=actor.workspace_id)


def labels(actor: Actor) -> QuerySet[Label]:
    """The labels of the workspace."""
    actor.require(Permission.READ)
    return Label.filter(workspace_id=actor.workspace_id)


def ticket_labels(actor: Actor) -> QuerySet[TicketLabel]:
    """Which tickets bear which labels."""
    actor.require(Permission.READ)
    return TicketLabel.filter(workspace_id=actor.workspace_id)


def api_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The API keys that the actor may see: their own, and all of the workspace with SETTINGS."""
    actor.require(Permission.READ)
    rows = ApiKey.filter(workspace_id=actor.workspace_id)
    return rows if actor.may(Permission.SETTINGS) else rows.filter(member_id=actor.member_id)


def audit_rows(actor: Actor) -> QuerySet[AuditRow]:
    """The audit log; for who may not change settings there is none."""
    rows = AuditRow.filter(workspace_id=actor.workspace_id)
    return rows if actor.may(Permission.SETTINGS) else rows.filter(id__isnull=True)


def invitations(actor: Actor) -> QuerySet[Invitation]:
    """The invitations of the workspace; for who may not change settings there are none."""
    rows = Invitation.filter(workspace_id=actor.workspace_id)
    return rows if actor.may(Permission.SETTINGS) else rows.filter(id__isnull=True)


def people(actor: Actor) -> QuerySet[Person]:
    """The people behind the workspace's members; only members may know how they sign in."""
    actor.require(Permission.READ)
    here = Member.filter(workspace_id=actor.workspace_id).values("person_id")
    return Person.filter(id__in=Subquery(here))


def followers(actor: Actor) -> QuerySet[TicketFollower]:
    """Who follows which tickets."""
    actor.require(Permission.READ)
    return TicketFollower.filter(workspace_id=actor.workspace_id)


def mentions(actor: Actor) -> QuerySet[Mention]:
    """Whom notes mention."""
    actor.require(Permission.READ)
    return Mention.filter(workspace_id=actor.workspace_id)


def notifications(actor: Actor) -> QuerySet[Notification]:
    """What the actor's own inbox lists; nobody sees another's."""
    actor.require(Permission.READ)
    return Notification.filter(workspace_id=actor.workspace_id, member_id=actor.member_id, head_id=None)


def canned_responses(actor: Actor) -> QuerySet[CannedResponse]:
    """The canned responses of the workspace."""
    actor.require(Permission.READ)
    return CannedResponse.filter(workspace_id=actor.workspace_id)


def views(actor: Actor) -> QuerySet[View]:
    """The actor's own views and those that are shared."""
    actor.require(Permission.READ)
    return View.filter(Q(is_shared=True) | Q(member_id=actor.member_id or 0), workspace_id=actor.workspace_id)


def merges(actor: Actor) -> QuerySet[Merge]:
    """Which ticket joined which; only members may know of it."""
    actor.require(Permission.READ)
    return Merge.filter(workspace_id=actor.workspace_id)


def bulk_changes(actor: Actor) -> QuerySet[BulkChange]:
    """The bulk changes of the workspace; only members may know of them."""
    actor.require(Permission.READ)
    return BulkChange.filter(workspace_id=actor.workspace_id)


def bulk_items(actor: Actor) -> QuerySet[BulkItem]:
    """The tickets of bulk changes, and what became of each."""
    actor.require(Permission.READ)
    return BulkItem.filter(workspace_id=actor.workspace_id)


def workspaces(actor: Actor) -> QuerySet[Workspace]:
    """The actor's own workspace; there is no other."""
    return Workspace.filter(id=actor.workspace_id)


DOORS: dict[type[Model], Callable[[Actor], QuerySet[Any]]] = {
    Ticket: tickets,
    Comment: comments,
    Attachment: attachments,
    Event: events,
    Member: members,
    Contact: contacts,
    MailOut: letters,
    Label: labels,
    Notification: notifications,
    CannedResponse: canned_responses,
    View: views,
    BulkChange: bulk_changes,
    Workspace: workspaces,
    ApiKey: api_keys,
    AuditRow: audit_rows,
    Person: people,
    Invitation: invitations,
}
"""By which function the rows of each model are reached."""


def rows(actor: Actor, model: type[Model]) -> QuerySet[Any]:
    """The rows of the model that the actor may see."""
    return DOORS[model](actor)


async def ticket(actor: Actor, ticket_id: int, permission: Permission) -> Ticket:
    """Return the ticket, locked until the end of the change.

    Refuses with NotFound what the actor may not see, with Forbidden what they may see but not do.
    """
    row = await tickets(actor).select_for_update().get_or_none(id=ticket_id)
    if row is None:
        raise NotFound("There is no such ticket.")
    actor.require(permission)
    return row


async def tickets_at_once(
    actor: Actor, ticket_ids: Collection[int], permission: Permission
) -> dict[int, Ticket]:
    """Return the tickets by their ids, locked in the order of these, so that nobody waits in a circle.

    Refuses like `ticket` when one of them is not there.
    """
    rows = await tickets(actor).filter(id__in=set(ticket_ids)).order_by("id").select_for_update()
    if len(rows) < len(set(ticket_ids)):
        raise NotFound("There is no such ticket.")
    actor.require(permission)
    return {row.id: row for row in rows}


async def comment(actor: Actor, comment_id: int) -> Comment:
    """Return the comment; refuses with NotFound what the actor may not see."""
    row = await comments(actor).get_or_none(id=comment_id)
    if row is None:
        raise NotFound("There is no such comment.")
    return row


async def contact(actor: Actor, contact_id: int) -> Contact:
    """Return the contact; refuses with NotFound what the actor may not see."""
    row = await contacts(actor).get_or_none(id=contact_id)
    if row is None:
        raise NotFound("There is no such contact.")
    return row


async def readers(actor: Actor, member_ids: set[int]) -> list[Member]:
    """Return these members, who are still there; refuses with NotFound when one is not."""
    rows = await members(actor).filter(id__in=member_ids, removed_at=None)
    if len(rows) != len(member_ids):
        raise NotFound("There is no such member.")
    return rows


async def contact_to_change(actor: Actor, contact_id: int, permission: Permission) -> Contact:
    """Return the contact, locked against other changes of it; refuses as `ticket` does."""
    row = await contacts(actor).select_for_update(no_key=True).get_or_none(id=contact_id)
    if row is None:
        raise NotFound("There is no such contact.")
    actor.require(permission)
    return row


async def assignable(actor: Actor, member_id: int) -> Member:
    """Return a member who can be given a ticket: one who is still there and may reply."""
    row = await members(actor).get_or_none(id=member_id)
    if row is None or row.removed_at is not None:
        raise NotFound("There is no such member.")
    if Permission.REPLY not in row.permissions:
        raise Invalid(f"{row.name} can only look at tickets.", path=("input", "assigneeId"))
    return row


async def head(actor: Actor) -> int:
    """Return the position of the workspace's log: the seq of its newest event, 0 before the first."""
    row = await Counter.get(workspace_id=actor.workspace_id, name=CounterName.EVENT)
    return row.value


async def workspace(actor: Actor) -> Workspace:
    """Return the actor's workspace."""
    return await workspaces(actor).get()
