"""Inviting people to become members."""

from typing import Annotated

import strawberry

import resolvers.invitations
from models.permissions import Role
from resolvers.invitations import NewInvitation
from schema.arguments import given
from schema.context import Info
from schema.ids import row_id
from schema.invitations import Invitation
from schema.mutations import INPUT, MutationInput, OnceInput, Payload, carry_out
from schema.scalars import EmailAddress


@strawberry.input(description="Somebody who is to become a member.")
class MemberInviteInput(OnceInput):
    email: EmailAddress = strawberry.field(
        description="Where the letter goes, and what they will sign in with."
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What to call them: one line, 1 to 120 characters; they may say otherwise.",
    )
    role: Role = strawberry.field(default=Role.AGENT, description="What they will be.")
    may_delete: bool = strawberry.field(
        default=False, description="Whether they may archive tickets too, as an agent."
    )

    def new(self) -> NewInvitation:
        """Return what the operation takes."""
        return NewInvitation(self.email, self.role, given(self.name), self.may_delete)


@strawberry.input(description="An invitation whose letter is to go out again.")
class InvitationResendInput(OnceInput):
    invitation_id: strawberry.ID = strawberry.field(description="The invitation.")


@strawberry.input(description="An invitation that is to be taken back.")
class InvitationRevokeInput(MutationInput):
    invitation_id: strawberry.ID = strawberry.field(description="The invitation.")


@strawberry.type(description="What answers about an invitation.")
class InvitationPayload(Payload):
    invitation: Invitation | None = strawberry.field(description="The invitation; null when refused.")


@strawberry.type(description="What `memberInvite` answers.")
class MemberInvitePayload(InvitationPayload):
    pass


@strawberry.type(description="What `invitationResend` answers.")
class InvitationResendPayload(InvitationPayload):
    pass


@strawberry.type(description="What `invitationRevoke` answers.")
class InvitationRevokePayload(InvitationPayload):
    pass


@strawberry.type
class InvitationMutations:
    @strawberry.mutation(
        description="Invite somebody to become a member: they get a mail with a link that is good for seven"
        " days. For admins. Refused with CONFLICT for members, for who is invited already, beyond five"
        " letters a day to an address and a hundred open invitations."
    )
    async def member_invite(
        self, info: Info, input: Annotated[MemberInviteInput, INPUT]
    ) -> MemberInvitePayload | None:
        actor = info.context.actor
        outcome = await carry_out(info, input, lambda: resolvers.invitations.invite(actor, input.new()))
        return MemberInvitePayload(invitation=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Mail an invitation again, at the soonest after ten minutes: its older link ends, the new"
        " one is good for seven days. For admins."
    )
    async def invitation_resend(
        self, info: Info, input: Annotated[InvitationResendInput, INPUT]
    ) -> InvitationResendPayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info, input, lambda: resolvers.invitations.resend(actor, _invitation(input.invitation_id))
        )
        return InvitationResendPayload(invitation=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Take an invitation back: its link ends at once. For admins.")
    async def invitation_revoke(
        self, info: Info, input: Annotated[InvitationRevokeInput, INPUT]
    ) -> InvitationRevokePayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info, input, lambda: resolvers.invitations.revoke(actor, _invitation(input.invitation_id))
        )
        return InvitationRevokePayload(invitation=outcome.row, **outcome.payload)  # type: ignore[arg-type]


def _invitation(given_id: strawberry.ID) -> int:
    return row_id(given_id, "Invitation", path=("input", "invitationId"))
