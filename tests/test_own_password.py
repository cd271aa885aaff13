"""Changing one's own password."""

import cast
import pytest
from signed_in import Browser, signed_in

from models.audit import AuditAction, AuditRow
from models.errors import Unauthenticated
from models.permissions import Role
from resolvers import keys, sessions, workspaces
from settings import settings

ADA = "ada@acme.example"
HERE = "192.0.2.1"
NEW = "a longer and newer one"
CHANGE = """
mutation ($input: ViewerChangePasswordInput!) {
  viewerChangePassword(input: $input) { member { name } errors { code path } }
}
"""


async def change(browser: Browser, current: str = cast.PASSWORD, new: str = NEW) -> dict:
    said = {"currentPassword": current, "newPassword": new}
    return (await browser.run(CHANGE, input=said))["viewerChangePassword"]


async def test_the_new_password_counts_and_the_old_one_does_not(web, desk):
    async with signed_in(web, ADA) as browser:
        payload = await change(browser)

    assert payload == {"member": {"name": "Ada"}, "errors": []}
    await sessions.sign_in(ADA, NEW, None, HERE)
    with pytest.raises(Unauthenticated):
        await sessions.sign_in(ADA, cast.PASSWORD, None, HERE)
    rows = await AuditRow.filter(workspace_id=desk.acme.id, action=AuditAction.PASSWORD_CHANGED)
    assert [(row.principal, row.subject) for row in rows] == [(f"MEMBER:{desk.ada.member.id}",) * 2]


async def test_all_other_sessions_end_in_every_workspace_and_this_one_goes_on(web, desk):
    await workspaces.add_member(desk.globex, ADA, "Ada", Role.VIEWER, cast.PASSWORD)
    others = [await sessions.sign_in(ADA, cast.PASSWORD, slug, HERE) for slug in ("acme", "globex")]
    grace = await sessions.sign_in("grace@acme.example", cast.PASSWORD, None, HERE)

    async with signed_in(web, ADA) as browser:
        await change(browser)
        assert await browser.run("{ viewer { member { name } } }") == {"viewer": {"member": {"name": "Ada"}}}

    for secret in others:
        with pytest.raises(Unauthenticated):
            await sessions.authenticate(secret)
    await sessions.authenticate(grace)
    await keys.authenticate(desk.ada.key)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("not hers at all", NEW, "currentPassword"),
        (cast.PASSWORD, "too short", "newPassword"),
        (cast.PASSWORD, "x" * 201, "newPassword"),
    ],
)
async def test_what_is_wrong_is_said_where_it_stands_and_nothing_changes(web, desk, current, new, field):
    async with signed_in(web, ADA) as browser:
        payload = await change(browser, current, new)

    assert payload == {"member": None, "errors": [{"code": "BAD_USER_INPUT", "path": ["input", field]}]}
    await sessions.sign_in(ADA, cast.PASSWORD, None, HERE)


async def test_who_took_a_session_cannot_guess_the_password_by_it(web, desk):
    async with signed_in(web, ADA) as browser:
        for _ in range(settings.signin_tries):
            await change(browser, "a wrong guess")

        said = {"currentPassword": cast.PASSWORD, "newPassword": NEW}
        answer = await browser.post(CHANGE, input=said)

    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
