"""The filter of a saved view, as it is given back: the same fields as the input has."""

from datetime import datetime
from typing import Any, cast

import strawberry

from models.ticket_enums import Channel, Priority, Status, TicketType
from models.ticket_filters import Archived, AssigneeChoice, Between, TicketFilter
from models.views import read_filter
from schema.ids import global_id


@strawberry.type(description="A span of time, as a view keeps it.")
class KeptTimeSpan:
    since: datetime | None = strawberry.field(description="From this instant on; null: open.")
    before: datetime | None = strawberry.field(description="Before this instant; null: open.")


@strawberry.type(description="Whose tickets, as a view keeps it: one of the two.")
class KeptAssigneeFilter:
    member_id: strawberry.ID | None = strawberry.field(description="A member's id.")
    is_: AssigneeChoice | None = strawberry.field(
        name="is", description="ME is whoever looks at the view, not who made it."
    )


@strawberry.type(
    description="Which tickets a view shows: the fields of `TicketFilter`, empty or null where it asks for"
    " nothing. What is given here can be sent as a filter again."
)
class KeptTicketFilter:
    statuses: list[Status] = strawberry.field(description="In one of these statuses.")
    priorities: list[Priority] = strawberry.field(description="Of one of these priorities.")
    types: list[TicketType] = strawberry.field(description="Of one of these types.")
    channels: list[Channel] = strawberry.field(description="Come in by one of these channels.")
    label_ids: list[strawberry.ID] = strawberry.field(description="Bearing at least one of these labels.")
    assignee: KeptAssigneeFilter | None = strawberry.field(description="Whose they are.")
    contact_id: strawberry.ID | None = strawberry.field(description="Of the contact with this id.")
    created_at: KeptTimeSpan | None = strawberry.field(description="Come in within this span.")
    updated_at: KeptTimeSpan | None = strawberry.field(description="Last changed within this span.")
    archived: Archived | None = strawberry.field(description="Whether archived ones are among them.")
    is_escalated: bool | None = strawberry.field(description="Escalated at some time, or never.")
    is_merged: bool | None = strawberry.field(description="A duplicate that joined another, or none.")
    and_: list["KeptTicketFilter"] = strawberry.field(name="and", description="Meeting each of these.")
    or_: list["KeptTicketFilter"] = strawberry.field(name="or", description="Meeting at least one of these.")
    not_: list["KeptTicketFilter"] = strawberry.field(name="not", description="Meeting none of these.")


def shown_filter(kept: dict[str, Any]) -> KeptTicketFilter:
    """Return the kept filter for clients."""
    return _shown(read_filter(kept))


def _shown(tree: TicketFilter) -> KeptTicketFilter:
    return KeptTicketFilter(
        statuses=list(tree.statuses),
        priorities=list(tree.priorities),
        types=list(tree.types),
        channels=list(tree.channels),
        label_ids=[_id("Label", id_) for id_ in tree.label_ids],
        assignee=None if tree.assignee is None else _assignee(tree.assignee),
        contact_id=None if tree.contact_id is None else _id("Contact", tree.contact_id),
        created_at=_span(tree.created),
        updated_at=_span(tree.updated),
        archived=tree.archived,
        is_escalated=tree.is_escalated,
        is_merged=tree.is_merged,
        and_=[_shown(each) for each in tree.all_of],
        or_=[_shown(each) for each in tree.any_of],
        not_=[_shown(each) for each in tree.none_of],
    )


def _assignee(wanted: int | AssigneeChoice) -> KeptAssigneeFilter:
    if isinstance(wanted, AssigneeChoice):
        return KeptAssigneeFilter(member_id=None, is_=wanted)
    return KeptAssigneeFilter(member_id=_id("Member", wanted), is_=None)


def _span(span: Between | None) -> KeptTimeSpan | None:
    return None if span is None else KeptTimeSpan(since=span.since, before=span.before)


def _id(type_name: str, row_id: int) -> strawberry.ID:
    return cast(strawberry.ID, global_id(type_name, row_id))
