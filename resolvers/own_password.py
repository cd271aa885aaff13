"""A person's changing their own password."""

from models.actors import Actor, ActorKind
from models.audit import AuditAction
from models.errors import Forbidden, Invalid, Unauthenticated
from models.members import Member
from models.people import Person
from models.sessions import Session
from models.tenancy import systemwide
from resolvers import access, passwords, sessions
from resolvers.change import change, operation

SIGNED_IN_ONLY = "Sign in to change your password: an API key cannot."


async def new_hash(actor: Actor, current: str, new: str) -> str:
    """Have the member prove the password that they have; return the hash of the new one, to be set.

    It takes long, so it runs outside of a transaction. Refuses with Forbidden an API key, with Invalid a
    wrong password or one of a wrong length, with RateLimited after too many tries, as when signing in.
    """
    _check_is_signed_in(actor)
    person = await _person(actor)
    try:
        await sessions.prove(person.email, current, f"session {actor.credential_id}")
    except Unauthenticated:
        raise Invalid("This is not your password.", path=("input", "currentPassword")) from None
    return await passwords.hashed(new, "newPassword")


@operation
async def change_password(actor: Actor, password_hash: str) -> Member:
    """Set the password to what `new_hash` returned, and end the person's other sessions, everywhere.

    Audits PASSWORD_CHANGED.
    """
    _check_is_signed_in(actor)
    async with change(actor) as made:
        person = await _person(actor)
        await Person.filter(id=person.id).update(password_hash=password_hash)
        with systemwide("end the other sessions of a person whose password changed"):
            members = await Member.filter(person_id=person.id).values_list("id", flat=True)
            others = Session.filter(member_id__in=list(members), revoked_at=None)
            await others.exclude(id=actor.credential_id).update(revoked_at=made.at)
        made.audit(AuditAction.PASSWORD_CHANGED, f"MEMBER:{actor.member_id}")
    return await access.members(actor).get(id=actor.member_id)


def _check_is_signed_in(actor: Actor) -> None:
    if actor.kind is not ActorKind.MEMBER or actor.credential_id is None:
        raise Forbidden(SIGNED_IN_ONLY)


async def _person(actor: Actor) -> Person:
    member = await access.members(actor).get(id=actor.member_id)
    return await Person.get(id=member.person_id)
