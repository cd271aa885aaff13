"""Workspaces: founding them and adding members, from the command line; their settings, by their admins."""

from typing import TypedDict

from models.actors import Actor, system
from models.addresses import checked_address
from models.audit import AuditAction
from models.counters import Counter, CounterName
from models.database import fetch
from models.errors import Conflict
from models.members import Member
from models.people import Person
from models.permissions import Permission, Role
from models.texts import checked_line
from models.workspaces import NAME_LENGTH, Workspace, checked_days, checked_slug, checked_zone
from resolvers import access, canned_responses, passwords
from resolvers.change import change, operation


class WorkspaceValues(TypedDict, total=False):
    """What an edit sets. A field that is left out stays as it is; `close_days` is None for never."""

    name: str
    zone: str
    reopen_days: int
    close_days: int | None


@operation
async def update(actor: Actor, values: WorkspaceValues) -> Workspace:
    """Change the settings of the actor's workspace.

    Audits WORKSPACE_CHANGED; nothing when all is as it was.
    """
    actor.require(Permission.SETTINGS)
    checked = _checked(values)
    async with change(actor) as made:
        workspace = await access.workspace(actor)
        changed = [name for name, value in checked.items() if getattr(workspace, name) != value]
        if changed:
            workspace.update_from_dict({name: checked[name] for name in changed})
            await workspace.save(update_fields=changed)
            made.audit(AuditAction.WORKSPACE_CHANGED, f"WORKSPACE:{workspace.id}")
    return workspace


@operation
async def found(slug: str, name: str, *, zone: str = "UTC") -> Workspace:
    """Found a workspace with its counters at nought and two canned responses.

    Refuses with Conflict a slug that is taken.
    """
    if await Workspace.exists(slug=checked_slug(slug)):
        raise Conflict(f"There is a workspace called {slug} already.")
    [reserved] = await fetch("SELECT nextval(pg_get_serial_sequence('workspace', 'id')) AS id")
    async with change(system(reserved["id"])) as made:
        workspace = await Workspace.create(
            id=reserved["id"],
            slug=slug,
            name=checked_line(name, "name", most=NAME_LENGTH),
            zone=checked_zone(zone),
            created_at=made.at,
        )
        for counter in CounterName:
            await Counter.create(workspace_id=workspace.id, name=counter, value=0)
        await canned_responses.add_defaults(made.actor, made.at)
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


def _checked(values: WorkspaceValues) -> dict[str, object]:
    checked: dict[str, object] = dict(values)
    if "name" in values:
        checked["name"] = checked_line(values["name"], "name", most=NAME_LENGTH)
    if "zone" in values:
        checked["zone"] = checked_zone(values["zone"])
    if "reopen_days" in values:
        checked["reopen_days"] = checked_days(values["reopen_days"], "reopenDays", least=0)
    if (close_days := values.get("close_days")) is not None:
        checked["close_days"] = checked_days(close_days, "closeDays", least=1)
    return checked
