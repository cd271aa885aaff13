"""API keys: making, revoking, and knowing them again."""

from datetime import datetime

from models import clock
from models.actors import Actor, ActorKind
from models.audit import AuditAction
from models.errors import Forbidden, Invalid, NotFound, Unauthenticated
from models.keys import NAME_LENGTH, PREFIX, ApiKey
from models.members import Member
from models.permissions import Permission, Scope, of_key
from models.secrets import fresh, hashed
from models.tenancy import systemwide
from models.texts import checked_line
from resolvers import access, key_uses
from resolvers.change import change, operation

UNKNOWN = "This API key is not valid."
ADMIN_ONLY = "Only an admin's key with the scope ADMIN makes and ends keys. Sign in to do it."


@operation
async def create_key(
    actor: Actor,
    member_id: int,
    name: str,
    scopes: frozenset[Scope],
    *,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key that acts for a member; return it with its secret, which is never shown again.

    Audits KEY_CREATED. Members make keys for themselves, admins for anybody; a key makes others only
    with SETTINGS, and none that outlives it.
    """
    _check_may_manage(actor, member_id)
    if not scopes:
        raise Invalid("A key needs at least one scope.", path=("input", "scopes"))
    secret = fresh(PREFIX)
    async with change(actor) as made:
        await _check_end(actor, expires_at, made.at)
        if not await access.members(actor).filter(id=member_id, removed_at=None).exists():
            raise NotFound("There is no such member.")
        key = await ApiKey.create(
            workspace_id=actor.workspace_id,
            member_id=member_id,
            name=checked_line(name, "name", most=NAME_LENGTH),
            scopes=sorted(scopes),
            secret_hash=hashed(secret),
            hint=secret[:8],
            created_at=made.at,
            expires_at=expires_at,
        )
        made.audit(AuditAction.KEY_CREATED, f"API_KEY:{key.id}")
    return key, secret


@operation
async def revoke_key(actor: Actor, key_id: int) -> ApiKey:
    """End a key for good; its sockets are closed within seconds. Audits KEY_REVOKED, once."""
    _check_may_manage(actor, actor.member_id)
    async with change(actor) as made:
        key = await access.api_keys(actor).select_for_update().get_or_none(id=key_id)
        if key is None:
            raise NotFound("There is no such API key.")
        if key.revoked_at is None:
            key.revoked_at = made.at
            await key.save(update_fields=["revoked_at"])
            made.audit(AuditAction.KEY_REVOKED, f"API_KEY:{key.id}")
    return key


async def authenticate(secret: str) -> Actor:
    """Return who acts with this key. Refuses with Unauthenticated an unknown or ended one."""
    with systemwide("look up an API key by its secret"):
        key = await ApiKey.get_or_none(secret_hash=hashed(secret))
    return await _actor(key)


async def renewed(actor: Actor) -> Actor:
    """Return what the actor's key stands for by now. Refuses with Unauthenticated an ended one."""
    return await _actor(await ApiKey.get_or_none(workspace_id=actor.workspace_id, id=actor.credential_id))


def _check_may_manage(actor: Actor, member_id: int | None) -> None:
    """Refuse with Forbidden whoever may not make or end keys of this member."""
    if actor.may(Permission.SETTINGS):
        return
    if actor.is_key:
        raise Forbidden(ADMIN_ONLY)
    if member_id is None or member_id != actor.member_id:
        actor.require(Permission.SETTINGS)


async def _check_end(actor: Actor, expires_at: datetime | None, now: datetime) -> None:
    """Refuse with Invalid an end that has passed, or one after the end of the key that makes it."""
    if expires_at is not None and expires_at <= now:
        raise Invalid("A key must end in the future.", path=("input", "expiresAt"))
    if not actor.is_key:
        return
    own = await access.api_keys(actor).get(id=actor.credential_id)
    if own.expires_at is not None and (expires_at is None or expires_at > own.expires_at):
        raise Invalid("A key cannot make one that outlives it.", path=("input", "expiresAt"))


async def _actor(key: ApiKey | None) -> Actor:
    now = clock.now()
    if key is None or key.revoked_at or (key.expires_at and key.expires_at <= now):
        raise Unauthenticated(UNKNOWN)
    member = await Member.get(workspace_id=key.workspace_id, id=key.member_id)
    if member.removed_at is not None:
        raise Unauthenticated(UNKNOWN)
    key_uses.note(key, now)
    return Actor(
        ActorKind.API_KEY,
        key.workspace_id,
        of_key(key.scope_set, member.permissions),
        member_id=member.id,
        credential_id=key.id,
    )
