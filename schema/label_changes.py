"""The settings of labels: making, editing, deleting and merging them."""

from typing import Annotated, cast

import strawberry

import resolvers.labels
from models.labels import LabelColor
from resolvers.labels import LabelValues
from schema.arguments import given
from schema.context import Info
from schema.ids import row_id
from schema.labels import Label
from schema.mutations import INPUT, MutationInput, OnceInput, Payload, carry_out
from schema.nodes import id_of


@strawberry.input(description="A new label.")
class LabelCreateInput(OnceInput):
    name: str = strawberry.field(
        description="One line, 1 to 60 characters; no two labels have the same, whatever its case."
    )
    color: LabelColor = strawberry.field(default=LabelColor.GRAY, description="Out of the palette.")


@strawberry.input(description="An edit of a label: what is left out stays as it is.")
class LabelUpdateInput(MutationInput):
    label_id: strawberry.ID = strawberry.field(description="The label.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="One line, 1 to 60 characters; every ticket shows it at once."
    )
    color: LabelColor | None = strawberry.field(default=strawberry.UNSET, description="Out of the palette.")

    def values(self) -> LabelValues:
        """Return what the operation takes. Null leaves a field as it is."""
        found = {name: given(getattr(self, name)) for name in ("name", "color")}
        return cast(LabelValues, {name: value for name, value in found.items() if value is not None})


@strawberry.input(description="A label that is to go.")
class LabelDeleteInput(MutationInput):
    label_id: strawberry.ID = strawberry.field(description="The label; it is taken off all tickets.")


@strawberry.input(description="Two labels that are to be one.")
class LabelMergeInput(MutationInput):
    label_id: strawberry.ID = strawberry.field(description="The label that goes.")
    into_label_id: strawberry.ID = strawberry.field(
        description="The label that stays; the tickets of the other get it."
    )


@strawberry.type(description="What `labelCreate` answers.")
class LabelCreatePayload(Payload):
    label: Label | None = strawberry.field(description="The new label; null when refused.")


@strawberry.type(description="What `labelUpdate` answers.")
class LabelUpdatePayload(Payload):
    label: Label | None = strawberry.field(description="The label as it is now; null when refused.")


@strawberry.type(description="What `labelDelete` answers.")
class LabelDeletePayload(Payload):
    deleted_label_id: strawberry.ID | None = strawberry.field(
        description="The `id` that is gone; null when refused."
    )


@strawberry.type(description="What `labelMerge` answers.")
class LabelMergePayload(Payload):
    label: Label | None = strawberry.field(description="The label that stays; null when refused.")
    deleted_label_id: strawberry.ID | None = strawberry.field(
        description="The `id` that is gone; null when refused."
    )


@strawberry.type
class LabelMutations:
    @strawberry.mutation(description="Make a label. For admins.")
    async def label_create(
        self, info: Info, input: Annotated[LabelCreateInput, INPUT]
    ) -> LabelCreatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info, input, lambda: resolvers.labels.create(actor, input.name, input.color)
        )
        return LabelCreatePayload(label=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Rename or recolour a label. For admins.")
    async def label_update(
        self, info: Info, input: Annotated[LabelUpdateInput, INPUT]
    ) -> LabelUpdatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.labels.update(actor, _label(input.label_id, "labelId"), input.values()),
        )
        return LabelUpdatePayload(label=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Delete a label: it is taken off all tickets, and cannot come back. For admins."
        " `Label.ticketCount` says beforehand how many that are."
    )
    async def label_delete(
        self, info: Info, input: Annotated[LabelDeleteInput, INPUT]
    ) -> LabelDeletePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info, input, lambda: resolvers.labels.delete(actor, _label(input.label_id, "labelId"))
        )
        gone = outcome.row and id_of(outcome.row)
        return LabelDeletePayload(deleted_label_id=gone, **outcome.payload)

    @strawberry.mutation(
        description="Make one label of two: the tickets of the first get the second, and the first is"
        " deleted. Cannot be undone. For admins."
    )
    async def label_merge(
        self, info: Info, input: Annotated[LabelMergeInput, INPUT]
    ) -> LabelMergePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.labels.merge(
                actor, _label(input.label_id, "labelId"), _label(input.into_label_id, "intoLabelId")
            ),
        )
        gone = input.label_id if outcome.row else None
        return LabelMergePayload(label=outcome.row, deleted_label_id=gone, **outcome.payload)  # type: ignore[arg-type]


def _label(given_id: strawberry.ID, field: str) -> int:
    return row_id(given_id, "Label", path=("input", field))
