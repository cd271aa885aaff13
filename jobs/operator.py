"""What an operator does from the command line, where people are named by address and workspaces by slug."""

from models.actors import system
from models.errors import NotFound
from models.members import Member
from models.people import Person
from models.permissions import Scope
from models.workspaces import Workspace
from resolvers import keys


async def workspace(slug: str) -> Workspace:
    """Return the workspace; refuses with NotFound an unknown one."""
    row = await Workspace.get_or_none(slug=slug)
    if row is None:
        raise NotFound(f"There is no workspace {slug}.")
    return row


async def new_key(slug: str, email: str, name: str, scopes: frozenset[Scope]) -> str:
    """Make a key for the member with this address and return its secret."""
    home = await workspace(slug)
    person = await Person.get_or_none(email=email.strip().lower())
    member = person and await Member.get_or_none(workspace_id=home.id, person_id=person.id)
    if member is None:
        raise NotFound(f"{email} is not a member of {slug}.")
    _, secret = await keys.create_key(system(home.id), member.id, name, scopes)
    return secret
