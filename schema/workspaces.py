"""Workspaces, and the settings that their admins change."""

from typing import Annotated, cast

import strawberry

import models.workspaces
import resolvers.workspaces
from resolvers.workspaces import WorkspaceValues
from schema.arguments import given
from schema.context import Info
from schema.fields import column
from schema.mutations import INPUT, MutationInput, Payload, carry_out
from schema.nodes import Node


@strawberry.type(description="A team's help desk.")
class Workspace(Node):
    slug: str = column("Its name in addresses.")
    name: str = column("What people call it.")
    zone: str = column("The IANA time zone of its office hours.")
    reopen_days: int = column("For so many days a customer's message opens a closed ticket again; 0: never.")
    close_days: int | None = column(
        "A resolved ticket is closed after so many quiet days; null: it never is."
    )

    @classmethod
    def is_type_of(cls, row: object, _: Info) -> bool:
        return isinstance(row, models.workspaces.Workspace)


@strawberry.input(description="An edit of the workspace's settings: what is left out stays as it is.")
class WorkspaceUpdateInput(MutationInput):
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="What people call it: one line, 1 to 120 characters."
    )
    zone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The IANA time zone of its office hours, such as `Europe/Berlin`.",
    )
    reopen_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="For so many days, 0 to 365, a customer's message opens a closed ticket again; later it"
        " begins a new one.",
    )
    close_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="A resolved ticket is closed after so many quiet days, 1 to 365; null: never.",
    )

    def values(self) -> WorkspaceValues:
        """Return what the operation takes. Null for what cannot be empty leaves it as it is."""
        found = {name: given(getattr(self, name)) for name in ("name", "zone", "reopen_days")}
        values = {name: value for name, value in found.items() if value is not None}
        if self.close_days is not strawberry.UNSET:
            values["close_days"] = self.close_days
        return cast(WorkspaceValues, values)


@strawberry.type(description="What `workspaceUpdate` answers.")
class WorkspaceUpdatePayload(Payload):
    workspace: Workspace | None = strawberry.field(
        description="The workspace as it is now; null when refused."
    )


@strawberry.type
class WorkspaceMutations:
    @strawberry.mutation(description="Change the settings of your workspace. For admins.")
    async def workspace_update(
        self, info: Info, input: Annotated[WorkspaceUpdateInput, INPUT]
    ) -> WorkspaceUpdatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.workspaces.update(actor, input.values()))
        return WorkspaceUpdatePayload(workspace=outcome.row, **outcome.payload)  # type: ignore[arg-type]
