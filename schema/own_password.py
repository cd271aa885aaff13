"""Changing one's own password."""

from typing import Annotated

import strawberry

from resolvers import own_password
from schema.context import Info
from schema.members import Member
from schema.mutations import INPUT, MutationInput, Payload, carry_out


@strawberry.input(description="A password to be changed.")
class ViewerChangePasswordInput(MutationInput):
    current_password: str = strawberry.field(description="The one you have.")
    new_password: str = strawberry.field(description="The one you want: 10 to 200 characters.")


@strawberry.type(description="What `viewerChangePassword` answers.")
class ViewerChangePasswordPayload(Payload):
    member: Member | None = strawberry.field(description="You; null when refused.")


@strawberry.type
class PasswordMutations:
    @strawberry.mutation(
        description="Change your password. Your other sessions end, in every workspace. Only when signed in,"
        " not with an API key; wrong tries are limited as when signing in."
    )
    async def viewer_change_password(
        self, info: Info, input: Annotated[ViewerChangePasswordInput, INPUT]
    ) -> ViewerChangePasswordPayload | None:
        actor, hashes = info.context.actor, list[str]()

        async def first() -> None:
            hashes.append(await own_password.new_hash(actor, input.current_password, input.new_password))

        outcome = await carry_out(
            info, input, lambda: own_password.change_password(actor, hashes[0]), first=first
        )
        return ViewerChangePasswordPayload(member=outcome.row, **outcome.payload)  # type: ignore[arg-type]
