"""Saved views: keeping, changing and deleting them. One's own are one's own matter, shared ones a setting."""

from collections.abc import Iterator
from typing import TypedDict

from models.actors import Actor
from models.audit import AuditAction
from models.contacts import Contact
from models.errors import Conflict, Forbidden, NotFound
from models.labels import Label
from models.members import Member
from models.permissions import Permission
from models.texts import checked_line
from models.ticket_filters import TicketFilter
from models.ticket_orders import TicketOrder
from models.views import MOST_OWN, NAME_LENGTH, View, kept_filter
from resolvers import access
from resolvers.change import Change, change, operation


class ViewValues(TypedDict, total=False):
    """What an edit sets. A field that is left out stays as it is."""

    name: str
    filter: TicketFilter
    order: TicketOrder
    is_shared: bool


@operation
async def create(
    actor: Actor, name: str, filter_: TicketFilter, order: TicketOrder, *, is_shared: bool = False
) -> View:
    """Keep a view of the actor's own, or one that everybody sees, which takes the right to settings.

    Audits SETTING_CREATED of a shared one. Refuses with NotFound an id in the filter that the workspace
    does not have, with Conflict more than 100 of one member.
    """
    actor.require(Permission.SETTINGS if is_shared else Permission.INBOX)
    if actor.member_id is None:
        raise Forbidden("Views are kept by members.")
    async with change(actor) as made:
        await _check_ids(actor, filter_)
        if await access.views(actor).filter(member_id=actor.member_id).count() >= MOST_OWN:
            raise Conflict(f"A member keeps at most {MOST_OWN} views. Delete some first.")
        row = await View.create(
            workspace_id=actor.workspace_id,
            name=checked_line(name, "name", most=NAME_LENGTH),
            member_id=actor.member_id,
            is_shared=is_shared,
            conditions=kept_filter(filter_),
            order_field=order.field,
            order_direction=order.direction,
            created_at=made.at,
            updated_at=made.at,
        )
        _audit(made, AuditAction.SETTING_CREATED, row, was_shared=False)
    return row


@operation
async def update(actor: Actor, view_id: int, values: ViewValues) -> View:
    """Change a view: one's own, or, with the right to settings, a shared one; sharing takes that, too.

    Audits SETTING_CHANGED of one that is, or was, shared. Refuses as `create` does.
    """
    async with change(actor) as made:
        row = await _locked(actor, view_id)
        was_shared = row.is_shared
        row.is_shared = values.get("is_shared", was_shared)
        if row.is_shared:
            actor.require(Permission.SETTINGS)
        if "name" in values:
            row.name = checked_line(values["name"], "name", most=NAME_LENGTH)
        if "filter" in values:
            await _check_ids(actor, values["filter"])
            row.conditions = kept_filter(values["filter"])
        if "order" in values:
            row.order_field, row.order_direction = values["order"].field, values["order"].direction
        row.updated_at = made.at
        await row.save()
        _audit(made, AuditAction.SETTING_CHANGED, row, was_shared=was_shared)
    return row


@operation
async def delete(actor: Actor, view_id: int) -> View:
    """Delete a view; return what it was. Audits SETTING_DELETED of a shared one."""
    async with change(actor) as made:
        row = await _locked(actor, view_id)
        await access.views(actor).filter(id=row.id).delete()
        _audit(made, AuditAction.SETTING_DELETED, row, was_shared=row.is_shared)
    return row


async def _locked(actor: Actor, view_id: int) -> View:
    """Return the view, locked. Refuses with Forbidden a shared one to whom settings are closed."""
    row = await access.views(actor).select_for_update().get_or_none(id=view_id)
    if row is None:
        raise NotFound("There is no such view.")
    if row.is_shared:
        actor.require(Permission.SETTINGS)
    return row


def _audit(made: Change, action: AuditAction, row: View, *, was_shared: bool) -> None:
    if row.is_shared or was_shared:
        made.audit(action, f"VIEW:{row.id}")


async def _check_ids(actor: Actor, filter_: TicketFilter) -> None:
    """Refuse with NotFound a label, contact or member that the workspace does not have."""
    wanted = {
        Label: {id_ for each in _all(filter_) for id_ in each.label_ids},
        Contact: {each.contact_id for each in _all(filter_) if each.contact_id is not None},
        Member: {each.assignee for each in _all(filter_) if type(each.assignee) is int},
    }
    for model, ids in wanted.items():
        if ids and await access.rows(actor, model).filter(id__in=ids).count() != len(ids):
            raise NotFound(f"There is no such {model.__name__.lower()}.", path=("input", "filter"))


def _all(filter_: TicketFilter) -> Iterator[TicketFilter]:
    yield filter_
    for branch in filter_.branches:
        yield from _all(branch)
