"""Keeping, changing and deleting views."""

from typing import Annotated, cast

import strawberry

import resolvers.views
from resolvers.views import ViewValues
from schema.arguments import given
from schema.context import Info
from schema.ids import row_id
from schema.mutations import INPUT, MutationInput, OnceInput, Payload, carry_out
from schema.nodes import id_of
from schema.ticket_filters import TicketFilterInput, ticket_filter
from schema.ticket_orders import TicketOrderInput, ticket_order
from schema.views import View

SHARED = "Whether every member sees it; only admins share."


@strawberry.input(description="A view to keep.")
class ViewCreateInput(OnceInput):
    name: str = strawberry.field(description="One line, 1 to 80 characters.")
    filter: TicketFilterInput | None = strawberry.field(
        default=strawberry.UNSET, description="Which tickets; left out, all that are not archived."
    )
    order_by: TicketOrderInput | None = strawberry.field(
        default=strawberry.UNSET, description="In which order; left out, the newest first."
    )
    is_shared: bool = strawberry.field(default=False, description=SHARED)


@strawberry.input(description="An edit of a view: what is left out stays as it is.")
class ViewUpdateInput(MutationInput):
    view_id: strawberry.ID = strawberry.field(description="The view.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="One line, 1 to 80 characters.")
    filter: TicketFilterInput | None = strawberry.field(
        default=strawberry.UNSET, description="Which tickets, instead of those before."
    )
    order_by: TicketOrderInput | None = strawberry.field(
        default=strawberry.UNSET, description="In which order, instead of that before."
    )
    is_shared: bool | None = strawberry.field(default=strawberry.UNSET, description=SHARED)

    def values(self) -> ViewValues:
        """Return what the operation takes. Null leaves a field as it is."""
        found = {
            "name": given(self.name),
            "filter": ticket_filter(self.filter) if given(self.filter) else None,
            "order": ticket_order(self.order_by) if given(self.order_by) else None,
            "is_shared": given(self.is_shared),
        }
        return cast(ViewValues, {name: value for name, value in found.items() if value is not None})


@strawberry.input(description="A view that is to go.")
class ViewDeleteInput(MutationInput):
    view_id: strawberry.ID = strawberry.field(description="The view. Its tickets stay.")


@strawberry.type(description="What `viewCreate` answers.")
class ViewCreatePayload(Payload):
    view: View | None = strawberry.field(description="The new view; null when refused.")


@strawberry.type(description="What `viewUpdate` answers.")
class ViewUpdatePayload(Payload):
    view: View | None = strawberry.field(description="The view as it is now; null when refused.")


@strawberry.type(description="What `viewDelete` answers.")
class ViewDeletePayload(Payload):
    deleted_view_id: strawberry.ID | None = strawberry.field(
        description="The `id` that is gone; null when refused."
    )


@strawberry.type
class ViewMutations:
    @strawberry.mutation(
        description="Keep a view: for yourself, or, for admins, shared. At most 100 a member."
    )
    async def view_create(
        self, info: Info, input: Annotated[ViewCreateInput, INPUT]
    ) -> ViewCreatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.views.create(
                actor,
                input.name,
                ticket_filter(input.filter),
                ticket_order(input.order_by),
                is_shared=input.is_shared,
            ),
        )
        return ViewCreatePayload(view=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Change a view of your own; for admins, a shared one, too.")
    async def view_update(
        self, info: Info, input: Annotated[ViewUpdateInput, INPUT]
    ) -> ViewUpdatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info, input, lambda: resolvers.views.update(actor, _row(input.view_id), input.values())
        )
        return ViewUpdatePayload(view=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Delete a view of your own; for admins, a shared one, too.")
    async def view_delete(
        self, info: Info, input: Annotated[ViewDeleteInput, INPUT]
    ) -> ViewDeletePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.views.delete(actor, _row(input.view_id)))
        gone = outcome.row and id_of(outcome.row)
        return ViewDeletePayload(deleted_view_id=gone, **outcome.payload)


def _row(given_id: strawberry.ID) -> int:
    return row_id(given_id, "View", path=("input", "viewId"))
