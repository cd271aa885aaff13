"""Signing in with a password, and the sessions that follow from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models import clock
from models.actors import Actor, ActorKind
from models.addresses import ADDRESS_LENGTH
from models.audit import AuditAction
from models.database import fetch, run_tx
from models.errors import RateLimited, Unauthenticated
from models.members import Member
from models.people import Person
from models.secrets import fresh, hashed
from models.sessions import PREFIX, Session, SigninTry
from models.tenancy import systemwide
from models.texts import cleaned
from models.workspaces import Workspace
from resolvers import passwords
from resolvers.change import change, operation
from settings import settings

WRONG = "The address or the password is not right."
ENDED = "Your session has ended. Please sign in again."
EVERYWHERE = 3  # times the tries of one address, then every further one takes longer
LONGEST_PAUSE_SECONDS = 60
TOO_OFTEN = "Too many tries. Please wait some minutes."


@operation
async def sign_in(email: str, password: str, slug: str | None, address: str) -> str:
    """Sign a person in to a workspace (their first one unless named) and return the session's secret.

    `address` is the network address it came from. Refuses with Unauthenticated, in the same words
    and time whether the account exists or not, and with RateLimited after too many tries: five in
    15 minutes for account and address; for the account from everywhere, slower after fifteen.
    """
    account = cleaned(email).strip().lower()[:ADDRESS_LENGTH]
    await run_tx(lambda: _count_try(account, address))
    person = await Person.get_or_none(email=account)
    right = await passwords.matches(password, person and person.password_hash)
    member = await _membership(person, slug) if person is not None and right else None
    if member is None:
        raise Unauthenticated(WRONG)
    await SigninTry.filter(email=account, address=address).delete()
    return await open_session(member)


async def prove(email: str, password: str, address: str) -> None:
    """Have somebody who is known prove it by their password, as when signing in, with the same limits.

    Refuses with Unauthenticated a wrong one, with RateLimited after too many tries.
    """
    await run_tx(lambda: _count_try(email, address))
    person = await Person.get_or_none(email=email)
    if not await passwords.matches(password, person and person.password_hash):
        raise Unauthenticated(WRONG)
    await SigninTry.filter(email=email, address=address).delete()


@operation
async def sign_out(actor: Actor) -> None:
    """End the session that the actor came with; its sockets are closed within seconds."""
    async with change(actor) as made:
        session = Session.filter(workspace_id=actor.workspace_id, id=actor.credential_id)
        if await session.update(revoked_at=made.at):
            made.audit(AuditAction.SIGNED_OUT, f"SESSION:{actor.credential_id}")


async def own(actor: Actor) -> Session | None:
    """Return the session that the actor came with; None for a key."""
    if actor.kind is not ActorKind.MEMBER or actor.credential_id is None:
        return None
    return await Session.get_or_none(workspace_id=actor.workspace_id, id=actor.credential_id)


async def authenticate(secret: str) -> Actor:
    """Return the member whose session this is. Refuses with Unauthenticated one that has ended."""
    with systemwide("look up a session by its secret"):
        session = await Session.get_or_none(secret_hash=hashed(secret))
    return await _actor(session)


async def renewed(actor: Actor) -> Actor:
    """Return what the actor's session stands for by now. Refuses with Unauthenticated an ended one."""
    return await _actor(await Session.get_or_none(workspace_id=actor.workspace_id, id=actor.credential_id))


async def _actor(session: Session | None) -> Actor:
    if session is None or session.revoked_at or session.expires_at <= clock.now():
        raise Unauthenticated(ENDED)
    member = await Member.get(workspace_id=session.workspace_id, id=session.member_id)
    if member.removed_at is not None:
        raise Unauthenticated(ENDED)
    return Actor(
        ActorKind.MEMBER,
        member.workspace_id,
        member.permissions,
        member_id=member.id,
        credential_id=session.id,
    )


async def _count_try(account: str, address: str) -> None:
    """Count a try before it is made, one at a time, so that tries sent at once cannot pass the limit."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", account)
    now = clock.now()
    since = now - timedelta(minutes=settings.signin_window_minutes)
    tries = SigninTry.filter(email=account, at__gt=since)
    if await tries.filter(address=address).count() >= settings.signin_tries:
        raise RateLimited(TOO_OFTEN, retry_seconds=60 * settings.signin_window_minutes)
    seconds = _pause_seconds(now, [each.at for each in await tries.order_by("-at")])
    if seconds > 0:
        raise RateLimited(TOO_OFTEN, retry_seconds=seconds)
    await SigninTry.create(email=account, address=address, at=now)


def _pause_seconds(now: datetime, tries: Sequence[datetime]) -> float:
    """Return how long the account has to rest after so many tries from everywhere, the newest first.

    Slower and slower, but never for long: nobody can lock somebody else out by guessing.
    """
    beyond = len(tries) - EVERYWHERE * settings.signin_tries
    if beyond < 0:
        return 0
    return min(2.0**beyond, LONGEST_PAUSE_SECONDS) - (now - tries[0]).total_seconds()


async def _membership(person: Person, slug: str | None) -> Member | None:
    with systemwide("find the memberships of a person who signs in"):
        members = await Member.filter(person_id=person.id, removed_at=None).order_by("id")
    if slug is None:
        return members[0] if members else None
    workspace = await Workspace.get_or_none(slug=cleaned(slug))
    return next((m for m in members if workspace and m.workspace_id == workspace.id), None)


@operation
async def open_session(member: Member) -> str:
    """Begin a session of the member, who has proved to be one; return its secret. Audits SIGNED_IN."""
    secret = fresh(PREFIX)
    async with change(member.actor) as made:
        session = await Session.create(
            workspace_id=member.workspace_id,
            member_id=member.id,
            secret_hash=hashed(secret),
            created_at=made.at,
            expires_at=made.at + timedelta(days=settings.session_days),
        )
        made.audit(AuditAction.SIGNED_IN, f"SESSION:{session.id}")
    return secret
