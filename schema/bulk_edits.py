"""Changing many tickets in the same way, and putting that back."""

from typing import Annotated, cast

import strawberry

import resolvers.bulk_changes
from models.bulk_changes import BulkEdit
from models.errors import Invalid
from models.labels import MOST_AT_ONCE
from models.ticket_enums import Priority, Status, TicketType
from resolvers.bulk_changes import Matching, Selection
from schema.arguments import given
from schema.bulk_changes import BulkChange
from schema.context import Info
from schema.ids import row_id
from schema.mutations import INPUT, OnceInput, Payload, carry_out
from schema.ticket_filters import TicketFilterInput, ticket_filter

CHANGE = ("input", "change")


@strawberry.input(description="The tickets that a filter finds.")
class TicketsMatchingInput:
    filter: TicketFilterInput = strawberry.field(description="Which tickets. At most 50,000 in all.")
    expected_count: int = strawberry.field(
        description="How many there were when they were looked at. Refused with CONFLICT when there are"
        " more or fewer by now, by more than 1 in 100."
    )


@strawberry.input(one_of=True, description="Which tickets to change: by their ids, or by a filter.")
class TicketSelectionInput:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="1 to 100 tickets; each is taken once."
    )
    matching: TicketsMatchingInput | None = strawberry.field(
        default=strawberry.UNSET, description="All that a filter finds."
    )

    def selection(self) -> Selection:
        """Return what the operation takes."""
        matching: TicketsMatchingInput | None = given(self.matching)
        if matching is not None:
            return Matching(ticket_filter(matching.filter), matching.expected_count)
        return [row_id(each, "Ticket", path=("input", "tickets", "ids")) for each in given(self.ids) or ()]


@strawberry.input(description="What to do to each ticket. What is left out, or null, stays as it is.")
class TicketBulkEditInput:
    status: Status | None = strawberry.field(default=strawberry.UNSET, description="Where it stands now.")
    priority: Priority | None = strawberry.field(default=strawberry.UNSET, description="Its urgency.")
    type: TicketType | None = strawberry.field(default=strawberry.UNSET, description="Its kind.")
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The member whose it becomes; null takes it from everybody."
    )
    archived: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="True puts it away, false brings it back. Only with the delete permission.",
    )
    add_label_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Labels to put on it, at most 20."
    )
    remove_label_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Labels to take off it, at most 20."
    )

    def edit(self) -> BulkEdit:
        """Return what the operation takes."""
        plain = ("status", "priority", "type", "archived")
        values = {name: given(getattr(self, name)) for name in plain}
        found = {name: value for name, value in values.items() if value is not None}
        if self.assignee_id is not strawberry.UNSET:
            path = (*CHANGE, "assigneeId")
            found["assignee_id"] = self.assignee_id and row_id(self.assignee_id, "Member", path=path)
        for name, word in (("add_label_ids", "addLabelIds"), ("remove_label_ids", "removeLabelIds")):
            if ids := given(getattr(self, name)):
                found[name] = _labels(ids, (*CHANGE, word))
        return cast(BulkEdit, found)


@strawberry.input(description="Many tickets, and what to do to each.")
class TicketBulkUpdateInput(OnceInput):
    tickets: TicketSelectionInput = strawberry.field(description="Which tickets.")
    change: TicketBulkEditInput = strawberry.field(description="What to do to each.")


@strawberry.input(description="A bulk change to put back.")
class TicketBulkUndoInput(OnceInput):
    bulk_change_id: strawberry.ID = strawberry.field(description="The bulk change.")


@strawberry.type(description="What answers about a bulk change.")
class BulkChangePayload(Payload):
    bulk_change: BulkChange | None = strawberry.field(description="The bulk change; null when refused.")


@strawberry.type(description="What `ticketBulkUpdate` answers.")
class TicketBulkUpdatePayload(BulkChangePayload):
    pass


@strawberry.type(description="What `ticketBulkUndo` answers: `bulkChange` is the one that puts back.")
class TicketBulkUndoPayload(BulkChangePayload):
    pass


@strawberry.type
class BulkMutations:
    @strawberry.mutation(
        description="Change many tickets in the same way. Up to 100 are done when it answers; more are done"
        " soon after, one part at a time. Each ticket has its result; one that cannot be changed does not"
        " keep the others. Needs what each part of the change needs by itself, for all tickets. Refused with"
        " NOT_FOUND where there is none of the tickets."
    )
    async def ticket_bulk_update(
        self, info: Info, input: Annotated[TicketBulkUpdateInput, INPUT]
    ) -> TicketBulkUpdatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.bulk_changes.change_many(actor, input.tickets.selection(), input.change.edit()),
        )
        return TicketBulkUpdatePayload(bulk_change=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Put back what a bulk change did, as a bulk change of its own, within 10 minutes of its"
        " end. A ticket on which somebody has changed the same since is left alone: its outcome is CONFLICT."
    )
    async def ticket_bulk_undo(
        self, info: Info, input: Annotated[TicketBulkUndoInput, INPUT]
    ) -> TicketBulkUndoPayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.bulk_changes.undo(
                actor, row_id(input.bulk_change_id, "BulkChange", path=("input", "bulkChangeId"))
            ),
        )
        return TicketBulkUndoPayload(bulk_change=outcome.row, **outcome.payload)  # type: ignore[arg-type]


def _labels(ids: list[strawberry.ID], path: tuple[str, ...]) -> list[int]:
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(f"Name at most {MOST_AT_ONCE} labels at once.", path=path)
    return sorted({row_id(each, "Label", path=path) for each in ids})
