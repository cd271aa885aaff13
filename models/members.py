"""Members: people of a workspace, with a role."""

from tortoise import fields

from models.actors import Actor, ActorKind
from models.permissions import Permission, Role, of_member
from models.tenancy import Tenant

NAME_LENGTH = 120


class Member(Tenant):
    """A person's membership of a workspace; the principal behind what they do there."""

    person_id = fields.BigIntField()
    name = fields.CharField(NAME_LENGTH, description="As colleagues and customers see it.")
    role = fields.CharEnumField(Role, max_length=20, description="What the member may do.")
    may_delete = fields.BooleanField(default=False, description="The delete permission, given apart.")
    created_at = fields.DatetimeField()
    removed_at = fields.DatetimeField(null=True, description="Since then the member may do nothing.")

    class Meta:
        table = "member"
        unique_together = (("workspace_id", "person_id"),)
        indexes = (("person_id",),)

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the member may do in the workspace."""
        if self.removed_at is not None:
            return frozenset()
        return of_member(self.role, may_delete=self.may_delete)

    @property
    def actor(self) -> Actor:
        """The member as somebody who acts."""
        return Actor(ActorKind.MEMBER, self.workspace_id, self.permissions, member_id=self.id)
