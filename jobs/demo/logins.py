"""The logins of the demo's members: a password and an API key each, made at random."""

import secrets

from pydantic import BaseModel

from models.actors import system
from models.errors import Unauthenticated
from models.keys import ApiKey
from models.members import Member
from models.people import Person
from models.permissions import Role, Scope
from resolvers import keys, passwords
from resolvers.change import change, operation

KEY_NAME = "Demo"
SCOPES = {Role.ADMIN: Scope.ADMIN, Role.AGENT: Scope.WRITE, Role.VIEWER: Scope.READ}


class Login(BaseModel):
    email: str
    password: str
    role: Role
    api_key: str


async def is_good(login: Login, member: Member) -> bool:
    """Tell whether the login's key still opens the door as this member. A changed password is theirs."""
    try:
        actor = await keys.authenticate(login.api_key)
    except Unauthenticated:
        return False
    return actor.member_id == member.id and login.role is member.role


@operation
async def fresh_login(member: Member, email: str) -> Login:
    """Give the member a new password and a new key, and end the demo key of before."""
    actor = system(member.workspace_id)
    password = secrets.token_urlsafe(12)
    password_hash = await passwords.hashed(password)
    async with change(actor):
        await Person.filter(id=member.person_id).update(password_hash=password_hash)
        mine = {"workspace_id": member.workspace_id, "member_id": member.id}
        for old in await ApiKey.filter(**mine, name=KEY_NAME, revoked_at=None):
            await keys.revoke_key(actor, old.id)
        _, secret = await keys.create_key(actor, member.id, KEY_NAME, frozenset({SCOPES[member.role]}))
    return Login(email=email, password=password, role=member.role, api_key=secret)
