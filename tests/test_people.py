"""People: passwords, signing in, sessions, and what is kept of their secrets."""

import asyncio

import pytest
from argon2 import Type, extract_parameters
from cast import PASSWORD, Desk, token_of

from models.actors import ActorKind
from models.audit import AuditAction, AuditRow
from models.clock import now
from models.database import fetch
from models.errors import Conflict, Invalid, RateLimited, Unauthenticated
from models.members import Member
from models.people import Person
from models.permissions import Role
from models.sessions import SigninTry
from models.tenancy import systemwide
from resolvers import passwords, sessions, workspaces
from settings import settings

ADA = "ada@acme.example"
HERE, THERE = "192.0.2.1", "192.0.2.2"
TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@pytest.fixture
def verified(monkeypatch) -> list[str]:
    """The hashes that a password was compared with, one for each time that argon2 worked."""
    seen: list[str] = []
    verify = passwords._verify

    def watched(password_hash: str, password: str) -> bool:
        seen.append(password_hash)
        return verify(password_hash, password)

    monkeypatch.setattr(passwords, "_verify", watched)
    return seen


async def guess(email: str = ADA, password: str = "wrong", address: str = HERE) -> None:
    """Try to sign in and fail."""
    with pytest.raises(Unauthenticated, match=sessions.WRONG):
        await sessions.sign_in(email, password, None, address)


async def test_who_signs_in_acts_as_the_member(ada):
    secret = await sessions.sign_in(" Ada@ACME.example ", PASSWORD, None, HERE)

    actor = await sessions.authenticate(secret)

    assert (actor.kind, actor.member_id) == (ActorKind.MEMBER, ada.member.id)
    assert (actor.workspace_id, actor.permissions) == (ada.actor.workspace_id, ada.actor.permissions)
    assert len(secret) == len("dws_") + 43


async def test_signing_in_and_out_is_audited(ada):
    actor = await sessions.authenticate(await sessions.sign_in(ADA, PASSWORD, None, HERE))
    await sessions.sign_out(actor)

    subject = f"SESSION:{actor.credential_id}"
    rows = await AuditRow.filter(workspace_id=actor.workspace_id, subject=subject).order_by("seq")
    assert [row.action for row in rows] == [AuditAction.SIGNED_IN, AuditAction.SIGNED_OUT]


async def test_a_person_of_two_workspaces_says_which_one(desk):
    await workspaces.add_member(desk.globex, ADA, "Ada", Role.VIEWER, "ignored, as she is known")

    first = await sessions.authenticate(await sessions.sign_in(ADA, PASSWORD, None, HERE))
    other = await sessions.authenticate(await sessions.sign_in(ADA, PASSWORD, "globex", HERE))

    assert (first.workspace_id, other.workspace_id) == (desk.acme.id, desk.globex.id)


@pytest.mark.parametrize("slug", ["globex", "nowhere", "", "no\0where", "\ud800"])
async def test_nobody_signs_in_to_a_workspace_that_is_not_theirs(desk, slug):
    with pytest.raises(Unauthenticated, match=sessions.WRONG):
        await sessions.sign_in(ADA, PASSWORD, slug, HERE)


@pytest.mark.parametrize("email", ["", "nobody@acme.example", "ad\0a@acme.example\ud800!", "x" * 5000])
async def test_an_account_that_is_not_there_is_refused_in_the_same_words(desk, email):
    await guess(email, PASSWORD)


async def test_a_member_who_was_removed_does_not_sign_in(ada):
    await Member.filter(workspace_id=ada.actor.workspace_id, id=ada.member.id).update(removed_at=now())

    await guess(ADA, PASSWORD)


async def test_argon2_works_as_often_and_as_hard_for_unknown_accounts(desk, verified):
    await guess(ADA)
    await guess("nobody@acme.example")

    known, unknown = verified
    fresh = extract_parameters(await passwords.hashed("as for everybody"))
    assert known == (await Person.get(email=ADA)).password_hash
    assert extract_parameters(unknown) == fresh
    assert (fresh.type, fresh.memory_cost >= 19 * 1024) == (Type.ID, True)


async def test_no_password_opens_an_account_that_is_not_there(desk):
    await guess("nobody@acme.example", "nobody has this password")

    assert not await passwords.matches("nobody has this password", None)


async def test_a_password_is_not_compared_after_five_tries(ada, verified):
    for _ in range(settings.signin_tries):
        await guess()
    verified.clear()

    with pytest.raises(RateLimited) as refusal:
        await sessions.sign_in(ADA, PASSWORD, None, HERE)

    assert refusal.value.retry_seconds == 60 * settings.signin_window_minutes
    assert verified == []


async def test_tries_that_are_sent_at_once_do_not_pass_the_limit(ada, verified):
    tries = (sessions.sign_in(ADA, f"guess {nth}", None, HERE) for nth in range(20))

    ends = await asyncio.gather(*tries, return_exceptions=True)

    assert len(verified) == settings.signin_tries
    assert sum(isinstance(end, RateLimited) for end in ends) == 20 - settings.signin_tries


async def test_tries_from_elsewhere_do_not_keep_the_owner_out(ada):
    for _ in range(settings.signin_tries):
        await guess(address=THERE)

    await sessions.sign_in(ADA, PASSWORD, None, HERE)


async def test_an_account_is_tried_slower_and_slower_from_everywhere_but_never_locked(ada, clock):
    for nth in range(15):
        await guess(address=f"192.0.2.{nth}")

    for nth, pause in enumerate((1, 2, 4, 8, 16, 32, 60, 60)):
        with pytest.raises(RateLimited) as refusal:
            await sessions.sign_in(ADA, PASSWORD, None, THERE)
        assert pause - 1 < refusal.value.retry_seconds <= pause
        clock.move(seconds=pause)
        await guess(address=f"198.51.100.{nth}")
    clock.move(seconds=60)
    assert await sessions.sign_in(ADA, PASSWORD, None, "203.0.113.1")


async def test_the_tries_are_forgotten_after_a_quarter_of_an_hour(ada, clock):
    for _ in range(settings.signin_tries):
        await guess()

    clock.move(minutes=settings.signin_window_minutes)

    await sessions.sign_in(ADA, PASSWORD, None, HERE)


async def test_signing_in_forgets_the_tries_before_it(ada):
    for _ in range(settings.signin_tries - 1):
        await guess()

    await sessions.sign_in(ADA, PASSWORD, None, HERE)

    assert await SigninTry.all().count() == 0


async def test_a_session_ends_when_its_member_signs_out(ada):
    secret = await sessions.sign_in(ADA, PASSWORD, None, HERE)
    actor = await sessions.authenticate(secret)

    await sessions.sign_out(actor)

    for knock in (sessions.authenticate(secret), sessions.renewed(actor)):
        with pytest.raises(Unauthenticated):
            await knock


async def test_a_session_ends_after_its_days_and_not_before(ada, clock):
    secret = await sessions.sign_in(ADA, PASSWORD, None, HERE)
    clock.move(days=settings.session_days, minutes=-1)
    actor = await sessions.authenticate(secret)

    clock.move(minutes=1)

    for knock in (sessions.authenticate(secret), sessions.renewed(actor)):
        with pytest.raises(Unauthenticated):
            await knock


async def test_a_session_ends_with_its_member(ada):
    secret = await sessions.sign_in(ADA, PASSWORD, None, HERE)
    actor = await sessions.authenticate(secret)

    await Member.filter(workspace_id=actor.workspace_id, id=actor.member_id).update(removed_at=now())

    for knock in (sessions.authenticate(secret), sessions.renewed(actor)):
        with pytest.raises(Unauthenticated):
            await knock


@pytest.mark.parametrize("secret", ["", "dws_" + "A" * 43, "\0"])
async def test_what_is_no_session_is_not_let_in(desk, secret):
    with pytest.raises(Unauthenticated):
        await sessions.authenticate(secret)


@pytest.mark.parametrize(("length", "fits"), [(9, False), (10, True), (200, True), (201, False)])
async def test_a_password_has_ten_to_two_hundred_characters(length, fits):
    if fits:
        assert await passwords.matches("p" * length, await passwords.hashed("p" * length))
    else:
        with pytest.raises(Invalid):
            await passwords.hashed("p" * length)


async def test_nobody_becomes_a_member_twice(desk):
    with pytest.raises(Conflict):
        await workspaces.add_member(desk.acme, ADA, "Ada again", Role.ADMIN, PASSWORD)


async def test_a_slug_is_taken_once(desk):
    with pytest.raises(Conflict):
        await workspaces.found("acme", "Another Acme")


async def test_no_secret_lies_in_any_table(desk: Desk, ticket):
    password = "a password of somebody new"
    await workspaces.add_member(desk.acme, "new@acme.example", "New", Role.AGENT, password)
    session = await sessions.sign_in("new@acme.example", password, None, HERE)
    token = await token_of(ticket, desk.ada.actor)
    key = desk.ada.key

    everything = await dump()

    assert "new@acme.example" in everything
    for secret in (password, session, token, key):
        assert [piece for piece in pieces(secret) if piece in everything] == []
        assert secret.encode().hex() not in everything


def pieces(secret: str) -> list[str]:
    """Return all parts of 16 characters, half of what cannot be guessed."""
    return [secret[start : start + 16] for start in range(len(secret) - 15)]


async def dump() -> str:
    """Return all rows of all tables as text."""
    with systemwide("look for secrets in all tables"):
        names = [row["name"] for row in await fetch(TABLES)]
        texts = [
            await fetch(f'SELECT string_agg(t::text, chr(10)) AS text FROM "{name}" t') for name in names
        ]
    return "\n".join(row["text"] or "" for [row] in texts)
