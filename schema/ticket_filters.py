"""The filter of tickets as clients write it."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

import models.ticket_filters as filters
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.ticket_filters import Archived, AssigneeChoice, Between
from schema.arguments import given
from schema.ids import row_id


@strawberry.input(name="TimeSpan", description="A span of time; leave a side out to leave it open.")
class TimeSpanInput:
    since: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From this instant on, itself included."
    )
    before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Before this instant, itself excluded."
    )

    def between(self) -> Between:
        """Return the span for the tree."""
        return Between(given(self.since), given(self.before))


@strawberry.input(
    name="TicketAssigneeFilter", one_of=True, description="Whose tickets: a member's, or by a word."
)
class TicketAssigneeFilterInput:
    member_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The tickets of the member with this id."
    )
    is_: AssigneeChoice | None = strawberry.field(
        name="is", default=strawberry.UNSET, description="Yours, nobody's or anybody's."
    )

    def wanted(self) -> int | AssigneeChoice:
        """Return the assignee for the tree."""
        return given(self.is_) or row_id(self.member_id or "", "Member", path=("filter", "assignee"))


@strawberry.input(
    name="TicketFilter",
    description="Which tickets: those that meet every condition given here. What is left out, null or an"
    " empty list asks for nothing. At most 5 levels, 50 conditions in all (a filter inside of another"
    " counts as one more), 50 values in a list.",
)
class TicketFilterInput:
    statuses: list[Status] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these statuses."
    )
    priorities: list[Priority] | None = strawberry.field(
        default=strawberry.UNSET, description="Of one of these priorities."
    )
    types: list[TicketType] | None = strawberry.field(
        default=strawberry.UNSET, description="Of one of these types."
    )
    channels: list[Channel] | None = strawberry.field(
        default=strawberry.UNSET, description="Come in by one of these channels."
    )
    label_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Bearing at least one of the labels with these ids; for all of them use `and`.",
    )
    assignee: TicketAssigneeFilterInput | None = strawberry.field(
        default=strawberry.UNSET, description="Whose they are."
    )
    contact_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of the contact with this id."
    )
    created_at: TimeSpanInput | None = strawberry.field(
        default=strawberry.UNSET, description="Come in within this span."
    )
    updated_at: TimeSpanInput | None = strawberry.field(
        default=strawberry.UNSET, description="Last changed within this span."
    )
    archived: Archived | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether archived ones are among them: left out, they are EXCLUDED; inside of `and`,"
        " `or` and `not`, left out asks for nothing.",
    )
    is_escalated: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Escalated at some time; or with false, never."
    )
    is_merged: bool | None = strawberry.field(
        default=strawberry.UNSET, description="A duplicate that joined another ticket; or with false, none."
    )
    is_followed: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Followed by you; or with false, not."
    )
    and_: list["TicketFilterInput"] | None = strawberry.field(
        name="and", default=strawberry.UNSET, description="Meeting each of these filters as well."
    )
    or_: list["TicketFilterInput"] | None = strawberry.field(
        name="or", default=strawberry.UNSET, description="Meeting at least one of these filters as well."
    )
    not_: list["TicketFilterInput"] | None = strawberry.field(
        name="not", default=strawberry.UNSET, description="Meeting none of these filters."
    )

    def tree(self) -> filters.TicketFilter:
        """Return the filter as the product knows it. Refuses with Invalid an id of another type."""
        assignee, created, updated = given(self.assignee), given(self.created_at), given(self.updated_at)
        contact_id = given(self.contact_id)
        return filters.TicketFilter(
            statuses=_values(self.statuses),
            priorities=_values(self.priorities),
            types=_values(self.types),
            channels=_values(self.channels),
            label_ids=tuple(
                row_id(each, "Label", path=("filter", "labelIds")) for each in _values(self.label_ids)
            ),
            assignee=assignee and assignee.wanted(),
            contact_id=contact_id and row_id(contact_id, "Contact", path=("filter", "contactId")),
            created=created and created.between(),
            updated=updated and updated.between(),
            archived=given(self.archived),
            is_escalated=given(self.is_escalated),
            is_merged=given(self.is_merged),
            is_followed=given(self.is_followed),
            all_of=tuple(each.tree() for each in _values(self.and_)),
            any_of=tuple(each.tree() for each in _values(self.or_)),
            none_of=tuple(each.tree() for each in _values(self.not_)),
        )


FilterArgument = Annotated[
    TicketFilterInput | None,
    strawberry.argument(name="filter", description="Which tickets; left out, all that are not archived."),
]


def ticket_filter(argument: Any) -> filters.TicketFilter:
    """Return the filter that an argument asks for: without a word on archived ones, they are excluded.

    Refuses with Invalid a filter that is too large.
    """
    asked: TicketFilterInput | None = given(argument)
    if asked is None:
        return filters.LIVE
    tree = filters.checked_filter(asked.tree())
    return replace(tree, archived=tree.archived or Archived.EXCLUDED)


def _values(values: Any) -> tuple[Any, ...]:
    return tuple(given(values) or ())
