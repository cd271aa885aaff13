"""Members of a workspace: their rights, their leaving and coming back. Inviting them is in `invitations`."""

from typing import TypedDict

from tortoise.expressions import Q

from models.actors import Actor, ActorKind
from models.audit import AuditAction
from models.errors import Conflict, NotFound
from models.keys import ApiKey
from models.members import NAME_LENGTH, Member
from models.permissions import Permission, Role
from models.sessions import Session
from models.texts import checked_line
from resolvers import access
from resolvers.change import change, operation

LAST_ADMIN = "A workspace needs an admin. Make somebody else one first."
GONE = "This member was removed. Restore them first."


class MemberValues(TypedDict, total=False):
    """What an edit sets. A field that is left out stays as it is."""

    name: str
    role: Role
    may_delete: bool


@operation
async def update(actor: Actor, member_id: int, values: MemberValues) -> Member:
    """Change a member's name or rights; everybody who is signed in changes their own name.

    Audits MEMBER_CHANGED; nothing when all is as it was. Refuses with Conflict to leave the workspace
    without an admin, and to change who was removed. Where rights change, sockets close within seconds.
    """
    async with change(actor) as made:
        member, other_admins = await _locked(actor, member_id)
        if member_id != actor.member_id or actor.kind is not ActorKind.MEMBER or values.keys() - {"name"}:
            actor.require(Permission.SETTINGS)
        if member.removed_at is not None:
            raise Conflict(GONE)
        before = (member.name, member.role, member.may_delete)
        if "name" in values:
            member.name = checked_line(values["name"], "name", most=NAME_LENGTH)
        member.role = values.get("role", member.role)
        member.may_delete = values.get("may_delete", member.may_delete)
        if before[1] is Role.ADMIN and member.role is not Role.ADMIN and not other_admins:
            raise Conflict(LAST_ADMIN, path=("input", "role"))
        if (member.name, member.role, member.may_delete) != before:
            await member.save(update_fields=["name", "role", "may_delete"])
            made.audit(AuditAction.MEMBER_CHANGED, f"MEMBER:{member.id}")
    return member


@operation
async def remove(actor: Actor, member_id: int) -> Member:
    """Take everything from a member that they may do; end their sessions and keys in the same change.

    Their tickets stay assigned to them, for others to take. Audits MEMBER_REMOVED. Refuses with Conflict
    the last admin, and who was removed before.
    """
    async with change(actor) as made:
        member, other_admins = await _locked(actor, member_id)
        actor.require(Permission.SETTINGS)
        if member.removed_at is not None:
            raise Conflict("This member was removed already.")
        if member.role is Role.ADMIN and not other_admins:
            raise Conflict(LAST_ADMIN)
        member.removed_at = made.at
        await member.save(update_fields=["removed_at"])
        for credential in (Session, ApiKey):
            theirs = credential.filter(workspace_id=actor.workspace_id, member_id=member.id)
            await theirs.filter(revoked_at=None).update(revoked_at=made.at)
        made.audit(AuditAction.MEMBER_REMOVED, f"MEMBER:{member.id}")
    return member


@operation
async def restore(actor: Actor, member_id: int) -> Member:
    """Let a removed member in again, with the rights they had. Their sessions and keys stay ended.

    Audits MEMBER_RESTORED. Refuses with Conflict who was not removed.
    """
    async with change(actor) as made:
        member, _ = await _locked(actor, member_id)
        actor.require(Permission.SETTINGS)
        if member.removed_at is None:
            raise Conflict("This member was not removed.")
        member.removed_at = None
        await member.save(update_fields=["removed_at"])
        made.audit(AuditAction.MEMBER_RESTORED, f"MEMBER:{member.id}")
    return member


async def _locked(actor: Actor, member_id: int) -> tuple[Member, list[Member]]:
    """Return the member and the other admins, locked: two changes at once cannot leave none behind.

    The lock lets others go on writing what members did.
    """
    actor.require(Permission.READ)
    wanted = access.members(actor).filter(Q(id=member_id) | Q(role=Role.ADMIN, removed_at=None))
    rows = {row.id: row for row in await wanted.order_by("id").select_for_update(no_key=True)}
    member = rows.pop(member_id, None)
    if member is None:
        raise NotFound("There is no such member.")
    return member, list(rows.values())
