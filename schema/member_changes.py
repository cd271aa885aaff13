"""Changing members' rights, removing members and letting them in again."""

from typing import Annotated, cast

import strawberry

import resolvers.members
from models.permissions import Role
from resolvers.members import MemberValues
from schema.arguments import given
from schema.context import Info
from schema.ids import row_id
from schema.members import Member
from schema.mutations import INPUT, MutationInput, Payload, carry_out


@strawberry.input(description="What names a member.")
class OfMemberInput(MutationInput):
    member_id: strawberry.ID = strawberry.field(description="The member.")

    def row_id(self) -> int:
        """Return the row id of the member. Refuses with Invalid what is no such id."""
        return row_id(self.member_id, "Member", path=("input", "memberId"))


@strawberry.input(description="An edit of a member: what is left out stays as it is.")
class MemberUpdateInput(OfMemberInput):
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="As colleagues and customers see it: one line, 1 to 120 characters.",
    )
    role: Role | None = strawberry.field(default=strawberry.UNSET, description="What they may do.")
    may_delete: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether they may archive tickets too, as an agent."
    )

    def values(self) -> MemberValues:
        """Return what the operation takes. Null leaves a field as it is."""
        found = {name: given(getattr(self, name)) for name in ("name", "role", "may_delete")}
        return cast(MemberValues, {name: value for name, value in found.items() if value is not None})


@strawberry.input(description="A member who is to go.")
class MemberRemoveInput(OfMemberInput):
    pass


@strawberry.input(description="A removed member who is to come back.")
class MemberRestoreInput(OfMemberInput):
    pass


@strawberry.type(description="What answers about a member.")
class MemberPayload(Payload):
    member: Member | None = strawberry.field(description="The member as they are now; null when refused.")


@strawberry.type(description="What `memberUpdate` answers.")
class MemberUpdatePayload(MemberPayload):
    pass


@strawberry.type(description="What `memberRemove` answers.")
class MemberRemovePayload(MemberPayload):
    pass


@strawberry.type(description="What `memberRestore` answers.")
class MemberRestorePayload(MemberPayload):
    pass


@strawberry.type
class MemberMutations:
    @strawberry.mutation(
        description="Change a member's name or rights. For admins; everybody who is signed in changes their"
        " own name. Refused with CONFLICT where no admin would be left."
    )
    async def member_update(
        self, info: Info, input: Annotated[MemberUpdateInput, INPUT]
    ) -> MemberUpdatePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info, input, lambda: resolvers.members.update(actor, input.row_id(), input.values())
        )
        return MemberUpdatePayload(member=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Remove a member: their sessions and API keys end at once, what they did stays, and their"
        " tickets stay assigned to them until somebody takes them. For admins. Refused with CONFLICT for the"
        " last admin."
    )
    async def member_remove(
        self, info: Info, input: Annotated[MemberRemoveInput, INPUT]
    ) -> MemberRemovePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.members.remove(actor, input.row_id()))
        return MemberRemovePayload(member=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Let a removed member in again, with the rights they had; their API keys stay ended."
        " For admins."
    )
    async def member_restore(
        self, info: Info, input: Annotated[MemberRestoreInput, INPUT]
    ) -> MemberRestorePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.members.restore(actor, input.row_id()))
        return MemberRestorePayload(member=outcome.row, **outcome.payload)  # type: ignore[arg-type]
