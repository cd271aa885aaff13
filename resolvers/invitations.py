"""Inviting people to become members: asking, asking again, taking back, accepting."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from models import clock
from models.actors import Actor, system
from models.addresses import checked_address
from models.audit import AuditAction
from models.database import fetch
from models.errors import Conflict, NotFound, Unauthenticated
from models.invitations import LIVES, Invitation, token_of
from models.members import NAME_LENGTH, Member
from models.people import Person
from models.permissions import Permission, Role
from models.secrets import hashed
from models.tenancy import systemwide
from models.texts import checked_line
from models.workspaces import Workspace
from resolvers import access, passwords, sessions
from resolvers.change import Change, change, operation
from resolvers.names import one_of_a_kind

MOST_PENDING = 100
LETTERS_A_DAY = 5  # to an address, over all workspaces: nobody is pestered through us
PAUSE = timedelta(minutes=10)
GONE = "This invitation is not valid any more. Ask for a new one."
INVITED = "This address is invited already. Send the invitation again instead."
SIGNED_UP = "Somebody has just signed up with this address. Try again."
ENOUGH = "This address was sent invitations enough for a day. Try again tomorrow."

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('invitations to ' || $1::text, 0))"
COUNT_LETTERS = """
SELECT count(*) AS count FROM outbox JOIN invitation ON invitation.id = outbox.invitation_id
WHERE invitation.email = $1 AND outbox.created_at > now() - interval '1 day'
"""


@dataclass(frozen=True)
class NewInvitation:
    """Who is invited, and what they will be."""

    email: str
    role: Role
    name: str | None = None
    may_delete: bool = False


@dataclass(frozen=True)
class Asked:
    """What an invitation says to whoever holds its link. `is_known`: they have a password here already."""

    workspace: str
    email: str
    name: str
    is_known: bool


@operation
async def invite(actor: Actor, new: NewInvitation) -> Invitation:
    """Invite somebody by mail; the link is good for seven days.

    Audits MEMBER_INVITED, which asks for the letter. Refuses with Conflict who is a member, was removed,
    or is invited already, and what would be too many letters.
    """
    actor.require(Permission.SETTINGS)
    email = checked_address(new.email)
    name = None if new.name is None else checked_line(new.name, "name", most=NAME_LENGTH)
    async with change(actor) as made:
        await _check_is_no_member(actor, email)
        await _check_letters(email)
        pending = access.invitations(actor).filter(accepted_at=None, revoked_at=None)
        await pending.filter(email=email, expires_at__lte=made.at).update(revoked_at=made.at)
        if await pending.count() >= MOST_PENDING:
            raise Conflict(f"At most {MOST_PENDING} invitations can be open. Take some back first.")
        invitation = Invitation(
            workspace_id=actor.workspace_id,
            email=email,
            name=name,
            role=new.role,
            may_delete=new.may_delete,
            invited_by_id=actor.member_id,
            created_at=made.at,
        )
        async with one_of_a_kind(email=INVITED):
            await _ask(made, invitation)
    return invitation


@operation
async def resend(actor: Actor, invitation_id: int) -> Invitation:
    """Mail the invitation again with a link that is good for another seven days; the older link ends.

    Audits MEMBER_INVITED. Refuses with Conflict one that was accepted or taken back, and a second
    letter within ten minutes.
    """
    async with change(actor) as made:
        invitation = await _pending(actor, invitation_id)
        await _check_is_no_member(actor, invitation.email)
        if made.at - invitation.asked_at < PAUSE:
            raise Conflict("The last letter is less than ten minutes old. Wait for it first.")
        await _check_letters(invitation.email)
        await _ask(made, invitation)
    return invitation


@operation
async def revoke(actor: Actor, invitation_id: int) -> Invitation:
    """Take the invitation back: its link ends. Audits INVITATION_REVOKED.

    Refuses with Conflict one that was accepted, or taken back before.
    """
    async with change(actor) as made:
        invitation = await _pending(actor, invitation_id)
        invitation.revoked_at = made.at
        await invitation.save()
        made.audit(AuditAction.INVITATION_REVOKED, f"INVITATION:{invitation.id}")
    return invitation


@operation
async def fail(actor: Actor, invitation_id: int, reason: str) -> None:
    """Take down that the letter of an invitation was given up for good, and why."""
    async with change(actor):
        await access.invitations(actor).filter(id=invitation_id, sent_at=None).update(failure=reason)


async def asked(token: str) -> Asked:
    """Return what the invitation behind a link says. Refuses with Unauthenticated one that has ended."""
    invitation = await _behind(token)
    workspace = await Workspace.get(id=invitation.workspace_id)
    is_known = await Person.exists(email=invitation.email)
    return Asked(workspace.name, invitation.email, invitation.name or "", is_known)


@operation
async def accept(token: str, name: str, password: str, address: str) -> str:
    """Make a member of whoever holds the link, sign them in, and return the session's secret.

    Somebody new gets this password; who is known gives the one they have, and tries are counted from
    their network `address`. Audits MEMBER_ADDED and SIGNED_IN. Refuses with Unauthenticated an
    invitation that has ended, or a wrong password.
    """
    invitation = await _behind(token)
    called = checked_line(name, "name", most=NAME_LENGTH)
    if await Person.exists(email=invitation.email):
        await sessions.prove(invitation.email, password, address)
        return await _become_member(invitation, called, None)
    return await _become_member(invitation, called, await passwords.hashed(password))


async def _become_member(found: Invitation, name: str, password_hash: str | None) -> str:
    actor = system(found.workspace_id)
    async with change(actor) as made:
        rows = access.invitations(actor).filter(id=found.id, nonce=found.nonce).select_for_update()
        invitation = await rows.get_or_none(accepted_at=None, revoked_at=None)
        if invitation is None:
            raise Unauthenticated(GONE)
        await _check_is_no_member(actor, invitation.email)
        if password_hash is not None:
            async with one_of_a_kind(email=SIGNED_UP):
                await Person.create(email=invitation.email, password_hash=password_hash, created_at=made.at)
        person = await Person.get(email=invitation.email)
        member = await Member.create(
            workspace_id=invitation.workspace_id,
            person_id=person.id,
            name=name,
            role=invitation.role,
            may_delete=invitation.may_delete,
            created_at=made.at,
        )
        invitation.accepted_at, invitation.member_id = made.at, member.id
        await invitation.save()
        made.by(member.actor).audit(AuditAction.MEMBER_ADDED, f"MEMBER:{member.id}")
        return await sessions.open_session(member)


async def _ask(made: Change, invitation: Invitation) -> None:
    """Give the invitation a fresh link, and ask for the letter with it."""
    invitation.nonce = secrets.token_hex(16)
    invitation.secret_hash = hashed(token_of(invitation.nonce))
    invitation.asked_at, invitation.expires_at = made.at, made.at + LIVES
    invitation.sent_at, invitation.failure = None, None
    await invitation.save()
    made.audit(AuditAction.MEMBER_INVITED, f"INVITATION:{invitation.id}", invitation_id=invitation.id)


async def _pending(actor: Actor, invitation_id: int) -> Invitation:
    invitation = await access.invitations(actor).select_for_update().get_or_none(id=invitation_id)
    if invitation is None:
        actor.require(Permission.SETTINGS)
        raise NotFound("There is no such invitation.")
    if not invitation.is_pending:
        raise Conflict("This invitation was accepted or taken back.")
    return invitation


async def _check_is_no_member(actor: Actor, email: str) -> None:
    """Refuse with Conflict the address of a member, or of somebody who was one."""
    person = await Person.get_or_none(email=email)
    member = person and await access.members(actor).get_or_none(person_id=person.id)
    if member is None:
        return
    if member.removed_at is None:
        raise Conflict("This address is a member's already.", path=("input", "email"))
    raise Conflict("This member was removed. Restore them instead.", path=("input", "email"))


async def _check_letters(email: str) -> None:
    """Refuse with Conflict more letters than an address gets in a day, one change at a time."""
    with systemwide("count the invitations that were mailed to an address"):
        await fetch(ONE_AT_A_TIME, email)
        [row] = await fetch(COUNT_LETTERS, email)
    if row["count"] >= LETTERS_A_DAY:
        raise Conflict(ENOUGH, path=("input", "email"))


async def _behind(token: str) -> Invitation:
    with systemwide("look up an invitation by its secret"):
        found = await Invitation.get_or_none(secret_hash=hashed(token))
    if found is None or not found.is_pending or found.expires_at <= clock.now():
        raise Unauthenticated(GONE)
    return found
