"""API keys: making, revoking, and knowing them again."""

from models import clock
from models.actors import Actor, ActorKind
from models.audit import AuditAction
from models.errors import Invalid, NotFound, Unauthenticated
from models.keys import PREFIX, ApiKey
from models.members import Member
from models.permissions import Permission, Scope, of_key
from models.secrets import fresh, hashed
from models.tenancy import systemwide
from models.texts import checked_line
from resolvers.change import change, operation

UNKNOWN = "This API key is not valid."


@operation
async def create_key(actor: Actor, member_id: int, name: str, scopes: frozenset[Scope]) -> tuple[ApiKey, str]:
    """Make a key that acts for a member; return it with its secret, which is never shown again.

    Audits KEY_CREATED. Members make keys for themselves, admins for anybody.
    """
    if member_id != actor.member_id:
        actor.require(Permission.SETTINGS)
    if not scopes:
        raise Invalid("A key needs at least one scope.", path=("input", "scopes"))
    secret = fresh(PREFIX)
    async with change(actor) as made:
        if not await Member.exists(workspace_id=actor.workspace_id, id=member_id, removed_at=None):
            raise NotFound("There is no such member.")
        key = await ApiKey.create(
            workspace_id=actor.workspace_id,
            member_id=member_id,
            name=checked_line(name, "name", most=80),
            scopes=sorted(scopes),
            secret_hash=hashed(secret),
            hint=secret[:8],
            created_at=made.at,
        )
        made.audit(AuditAction.KEY_CREATED, f"API_KEY:{key.id}")
    return key, secret


@operation
async def revoke_key(actor: Actor, key_id: int) -> ApiKey:
    """End a key for good; its sockets are closed within seconds. Audits KEY_REVOKED."""
    async with change(actor) as made:
        key = await ApiKey.get_or_none(workspace_id=actor.workspace_id, id=key_id)
        if key is None or (key.member_id != actor.member_id and not actor.may(Permission.SETTINGS)):
            raise NotFound("There is no such API key.")
        key.revoked_at = key.revoked_at or made.at
        await key.save()
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


async def _actor(key: ApiKey | None) -> Actor:
    if key is None or key.revoked_at or (key.expires_at and key.expires_at <= clock.now()):
        raise Unauthenticated(UNKNOWN)
    member = await Member.get(workspace_id=key.workspace_id, id=key.member_id)
    if member.removed_at is not None:
        raise Unauthenticated(UNKNOWN)
    return Actor(
        ActorKind.API_KEY,
        key.workspace_id,
        of_key(key.scope_set, member.permissions),
        member_id=member.id,
        credential_id=key.id,
    )
