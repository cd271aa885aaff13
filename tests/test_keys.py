"""API keys: making, using and ending them."""

from datetime import timedelta

import pytest

from models.actors import ActorKind
from models.audit import AuditAction, AuditRow
from models.clock import now
from models.errors import Forbidden, Invalid, NotFound, Unauthenticated
from models.keys import ApiKey
from models.members import Member
from models.permissions import PERMISSIONS, Permission, Role, Scope
from models.secrets import hashed
from resolvers import keys


async def row_of(secret: str, workspace_id: int) -> ApiKey:
    return await ApiKey.get(workspace_id=workspace_id, secret_hash=hashed(secret))


async def test_a_key_acts_for_its_member_within_its_scopes(ada):
    key, secret = await keys.create_key(ada.actor, ada.member.id, "Nightly", frozenset({Scope.READ}))

    actor = await keys.authenticate(secret)

    assert (actor.kind, actor.member_id, actor.workspace_id) == (
        ActorKind.API_KEY,
        ada.member.id,
        ada.actor.workspace_id,
    )
    assert actor.permissions == {Permission.READ}
    assert actor.principal == f"API_KEY:{key.id}"


async def test_a_key_of_an_agent_with_every_scope_may_no_more_than_the_agent(ada):
    actor = await keys.authenticate(ada.key)

    assert actor.permissions == ada.actor.permissions


async def test_a_key_shows_256_bits_once_and_keeps_its_hash_and_eight_characters(ada):
    _, secret = await keys.create_key(ada.actor, ada.member.id, "Nightly", frozenset({Scope.READ}))

    row = await row_of(secret, ada.actor.workspace_id)

    assert len(secret) == len("dwk_") + 43
    assert secret.startswith(row.hint)
    assert len(row.hint) == 8


@pytest.mark.parametrize("secret", ["", "dwk_", "dwk_" + "A" * 43, "dws_" + "A" * 43, "\0", "' OR ''='"])
async def test_what_is_no_key_is_not_let_in(desk, secret):
    with pytest.raises(Unauthenticated):
        await keys.authenticate(secret)


async def test_the_hash_of_a_key_is_no_key(ada):
    with pytest.raises(Unauthenticated):
        await keys.authenticate(hashed(ada.key))


async def test_a_revoked_key_is_not_let_in_again(ada):
    actor = await keys.authenticate(ada.key)
    assert actor.credential_id is not None

    await keys.revoke_key(ada.actor, actor.credential_id)

    with pytest.raises(Unauthenticated):
        await keys.authenticate(ada.key)
    with pytest.raises(Unauthenticated):
        await keys.renewed(actor)


async def test_revoking_twice_keeps_the_first_instant(ada, clock):
    key_id = (await keys.authenticate(ada.key)).credential_id
    assert key_id is not None
    first = (await keys.revoke_key(ada.actor, key_id)).revoked_at

    clock.move(minutes=1)

    assert (await keys.revoke_key(ada.actor, key_id)).revoked_at == first


async def test_a_key_ends_at_its_instant_and_not_before(ada, clock):
    row = await row_of(ada.key, ada.actor.workspace_id)
    row.expires_at = now() + timedelta(minutes=10)
    await row.save()

    clock.move(minutes=9)
    await keys.authenticate(ada.key)
    clock.move(minutes=1)

    with pytest.raises(Unauthenticated):
        await keys.authenticate(ada.key)


async def test_a_key_ends_with_its_member(ada):
    actor = await keys.authenticate(ada.key)
    member = Member.filter(workspace_id=ada.actor.workspace_id, id=ada.member.id)

    await member.update(removed_at=now())

    with pytest.raises(Unauthenticated):
        await keys.authenticate(ada.key)
    with pytest.raises(Unauthenticated):
        await keys.renewed(actor)


async def test_a_key_may_less_when_its_member_may_less(ada):
    actor = await keys.authenticate(ada.key)
    member = Member.filter(workspace_id=ada.actor.workspace_id, id=ada.member.id)

    await member.update(role=Role.VIEWER)

    assert (await keys.renewed(actor)).permissions == PERMISSIONS[Role.VIEWER]


async def test_an_agent_makes_and_ends_no_key_of_a_colleague(ada, grace):
    theirs = (await keys.authenticate(grace.key)).credential_id
    assert theirs is not None

    with pytest.raises(Forbidden):
        await keys.create_key(ada.actor, grace.member.id, "Grace's", frozenset({Scope.READ}))
    with pytest.raises(NotFound):
        await keys.revoke_key(ada.actor, theirs)

    await keys.authenticate(grace.key)


async def test_an_admin_makes_and_ends_keys_of_others(olga, ada):
    key, secret = await keys.create_key(olga.actor, ada.member.id, "For Ada", frozenset(Scope))

    await keys.revoke_key(olga.actor, key.id)

    assert key.member_id == ada.member.id
    with pytest.raises(Unauthenticated):
        await keys.authenticate(secret)


async def test_eve_makes_and_ends_no_key_in_another_workspace(eve, ada):
    ours = (await keys.authenticate(ada.key)).credential_id
    assert ours is not None

    with pytest.raises(NotFound):
        await keys.create_key(eve.actor, ada.member.id, "Stolen", frozenset(Scope))
    with pytest.raises(NotFound):
        await keys.revoke_key(eve.actor, ours)

    await keys.authenticate(ada.key)


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("Nightly", frozenset[Scope]()), (" ", frozenset(Scope)), ("x" * 81, frozenset(Scope))],
)
async def test_a_key_needs_a_name_and_a_scope(ada, name, scopes):
    before = await ApiKey.filter(workspace_id=ada.actor.workspace_id).count()

    with pytest.raises(Invalid):
        await keys.create_key(ada.actor, ada.member.id, name, scopes)

    assert await ApiKey.filter(workspace_id=ada.actor.workspace_id).count() == before


async def test_making_and_ending_a_key_is_audited(ada):
    key, _ = await keys.create_key(ada.actor, ada.member.id, "Nightly", frozenset({Scope.READ}))
    await keys.revoke_key(ada.actor, key.id)

    rows = await AuditRow.filter(workspace_id=ada.actor.workspace_id, subject=f"API_KEY:{key.id}").order_by(
        "seq"
    )
    assert [(row.action, row.principal) for row in rows] == [
        (AuditAction.KEY_CREATED, f"MEMBER:{ada.member.id}"),
        (AuditAction.KEY_REVOKED, f"MEMBER:{ada.member.id}"),
    ]
