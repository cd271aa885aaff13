"""Founding workspaces and adding members: what an operator does from the command line."""

from models.actors import system
from models.addresses import checked_address
from models.audit import AuditAction
from models.counters import Counter, CounterName
from models.database import fetch
from models.errors import Conflict
from models.members import Member
from models.people import Person
from models.permissions import Role
from models.texts import checked_line
from models.workspaces import Workspace, checked_slug
from resolvers import passwords
from resolvers.change import change, operation


@operation
async def found(slug: str, name: str, *, zone: str = "UTC") -> Workspace:
    """Found a workspace with its counters at nought. Refuses with Conflict a slug that is taken."""
    if await Workspace.exists(slug=checked_slug(slug)):
        raise Conflict(f"There is a workspace called {slug} already.")
    [reserved] = await fetch("SELECT nextval(pg_get_serial_sequence('workspace', 'id')) AS id")
    async with change(system(reserved["id"])) as made:
        workspace = await Workspace.create(
            id=reserved["id"],
            slug=slug,
            name=checked_line(name, "name", most=120),
            zone=zone,
            created_at=made.at,
        )
        for counter in CounterName:
            await Counter.create(workspace_id=workspace.id, name=counter, value=0)
        made.audit(AuditAction.WORKSPACE_CREATED, f"WORKSPACE:{workspace.id}")
    return workspace


@operation
async def add_member(workspace: Workspace, email: str, name: str, role: Role, password: str) -> Member:
    """Make a person a member. `password` is set when the person is new, else it is ignored.

    Refuses with Conflict somebody who is a member already.
    """
    address = checked_address(email)
    password_hash = await passwords.hashed(password)
    async with change(system(workspace.id)) as made:
        person, _ = await Person.get_or_create(
            {"password_hash": password_hash, "created_at": made.at}, email=address
        )
        if await Member.exists(workspace_id=workspace.id, person_id=person.id):
            raise Conflict(f"{address} is a member of {workspace.name} already.")
        member = await Member.create(
            workspace_id=workspace.id,
            person_id=person.id,
            name=checked_line(name, "name", most=120),
            role=role,
            created_at=made.at,
        )
        made.audit(AuditAction.MEMBER_ADDED, f"MEMBER:{member.id}")
    return member
