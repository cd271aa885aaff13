"""Saved views: a filter of tickets and an order, by a name, for oneself or for everybody."""

from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from tortoise import fields

from models.tenancy import Tenant
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.ticket_filters import Archived, AssigneeChoice, Between, TicketFilter
from models.ticket_orders import Direction, OrderField, TicketOrder

NAME_LENGTH = 80
MOST_OWN = 100  # of a member; a screen shows them all

ENUMS = {"statuses": Status, "priorities": Priority, "types": TicketType, "channels": Channel}
SPANS = ("created", "updated")
BRANCHES = ("all_of", "any_of", "none_of")


class View(Tenant):
    """A view of tickets. A shared one is everybody's to see and the admins' to change."""

    name = fields.CharField(NAME_LENGTH)
    member_id = fields.BigIntField(description="Whose it is, or who shared it.")
    is_shared = fields.BooleanField(default=False, description="Every member sees it.")
    conditions: dict[str, Any] = fields.JSONField(description="A TicketFilter: ids and enums, no text.")
    order_field = fields.CharEnumField(OrderField, max_length=20, description="What tickets are ordered by.")
    order_direction = fields.CharEnumField(Direction, max_length=4, description="Which end comes first.")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "view"
        indexes = (("workspace_id", "member_id"),)

    @property
    def order(self) -> TicketOrder:
        return TicketOrder(self.order_field, self.order_direction)


def kept_filter(filter_: TicketFilter) -> dict[str, Any]:
    """Return the filter as it is kept: what it asks for, by its fields' names."""
    values = {field.name: getattr(filter_, field.name) for field in fields_of(filter_)}
    return {name: _kept(value) for name, value in values.items() if value not in (None, ())}


def read_filter(kept: dict[str, Any]) -> TicketFilter:
    """Return the filter that was kept."""
    return TicketFilter(**{name: _read(name, value) for name, value in kept.items()})


def _kept(value: Any) -> Any:
    if isinstance(value, Between):
        sides = {"since": value.since, "before": value.before}
        return {name: at.isoformat() for name, at in sides.items() if at is not None}
    if isinstance(value, tuple):
        return [kept_filter(each) if isinstance(each, TicketFilter) else each for each in value]
    return value


def _read(name: str, value: Any) -> Any:
    if name in ENUMS:
        return tuple(ENUMS[name](each) for each in value)
    if name in SPANS:
        return Between(**{side: datetime.fromisoformat(at) for side, at in value.items()})
    if name in BRANCHES:
        return tuple(read_filter(each) for each in value)
    if name == "archived":
        return Archived(value)
    if name == "assignee" and isinstance(value, str):
        return AssigneeChoice(value)
    return tuple(value) if isinstance(value, list) else value
