"""The settings of a workspace, and what the viewer is told of themselves."""

import pytest
from cast import PASSWORD
from running_web import RunningWeb
from signed_in import signed_in

from models.audit import AuditAction, AuditRow
from models.errors import Invalid
from models.permissions import Permission, Scope
from models.workspaces import Workspace
from resolvers import keys, sessions, workspaces

UPDATE = """
mutation ($input: WorkspaceUpdateInput!) {
  workspaceUpdate(input: $input) { workspace { name zone reopenDays closeDays } errors { code path } }
}
"""
VIEWER = "{ viewer { permissions session { createdAt expiresAt } apiKey { name } workspace { slug } } }"


async def update(web: RunningWeb, key: str, **values: object) -> dict:
    return (await web.run(UPDATE, key, input=values))["workspaceUpdate"]


async def audited(workspace: Workspace) -> list[str]:
    rows = AuditRow.filter(workspace_id=workspace.id, action=AuditAction.WORKSPACE_CHANGED)
    return [row.subject for row in await rows]


async def test_an_admin_changes_what_is_given_and_nothing_else(web, desk):
    first = await update(web, desk.olga.key, name="  Acme   Ltd ", zone="Europe/Berlin")
    second = await update(web, desk.olga.key, reopenDays=0, closeDays=None)

    assert first["workspace"] == {
        "name": "Acme Ltd",
        "zone": "Europe/Berlin",
        "reopenDays": 14,
        "closeDays": 7,
    }
    assert second["workspace"] == first["workspace"] | {"reopenDays": 0, "closeDays": None}
    assert await audited(desk.acme) == [f"WORKSPACE:{desk.acme.id}"] * 2
    assert (await Workspace.get(id=desk.globex.id)).name == "Globex"


async def test_a_change_to_what_it_is_already_is_not_audited(web, desk):
    await update(web, desk.olga.key, name="Acme", closeDays=7)

    assert await audited(desk.acme) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"reopenDays": -1}, "reopenDays"),
        ({"reopenDays": 366}, "reopenDays"),
        ({"closeDays": 0}, "closeDays"),
        ({"closeDays": 366}, "closeDays"),
    ],
)
async def test_what_makes_no_sense_is_refused_where_it_stands(web, desk, values, field):
    payload = await update(web, desk.olga.key, **values)

    assert payload == {"workspace": None, "errors": [{"code": "BAD_USER_INPUT", "path": ["input", field]}]}
    assert await audited(desk.acme) == []


@pytest.mark.parametrize("values", [{"reopenDays": 365}, {"closeDays": 1}, {"closeDays": 365}])
async def test_a_year_is_the_most_and_a_day_the_least(web, desk, values):
    assert (await update(web, desk.olga.key, **values))["errors"] == []


async def test_a_workspace_is_not_founded_in_no_zone(database):
    with pytest.raises(Invalid):
        await workspaces.found("atlantis", "Atlantis", zone="Europe/Atlantis")


async def test_a_key_tells_what_its_scopes_leave_and_which_it_is(web, olga):
    _, secret = await keys.create_key(olga.actor, olga.member.id, "Reads", frozenset({Scope.READ}))

    viewer = (await web.run(VIEWER, secret))["viewer"]

    assert viewer["permissions"] == ["READ"]
    assert (viewer["session"], viewer["apiKey"]) == (None, {"name": "Reads"})


async def test_a_session_tells_what_the_role_may_and_when_it_ends(web, desk):
    async with signed_in(web, "ada@acme.example") as browser:
        viewer = (await browser.run(VIEWER))["viewer"]

    assert set(viewer["permissions"]) == {str(one) for one in desk.ada.actor.permissions}
    assert Permission.SETTINGS not in viewer["permissions"]
    assert viewer["session"]["createdAt"] < viewer["session"]["expiresAt"]
    assert viewer["apiKey"] is None


async def test_a_member_is_one_principal_in_all_their_sessions(desk):
    secrets = [await sessions.sign_in("ada@acme.example", PASSWORD, None, "192.0.2.1") for _ in range(2)]

    actors = [await sessions.authenticate(secret) for secret in secrets]

    assert actors[0].credential_id != actors[1].credential_id
    assert {actor.principal for actor in actors} == {f"MEMBER:{desk.ada.member.id}"}
