"""The page that accepts an invitation: by the link in a letter, without JavaScript, and by nothing else."""

from collections.abc import AsyncIterator

import cast
import httpx
import pytest
from guest import NINA, PASSWORD, invite, link_to
from office import Office, office_of
from running_web import RunningWeb

from models.audit import AuditAction, AuditRow
from models.errors import Conflict, Unauthenticated
from models.members import Member
from models.people import Person
from models.permissions import Role
from realtime.cookies import session_cookie
from resolvers import invitations, sessions
from settings import settings

HERE = "192.0.2.1"


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


@pytest.fixture
async def browser(web: RunningWeb, office: Office, monkeypatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that keeps cookies and follows nobody by itself."""
    monkeypatch.setattr(settings, "base_url", web.url)
    async with httpx.AsyncClient(base_url=web.url, verify=False) as client:
        yield client


async def accept(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    said = {"name": "Nina", "password": PASSWORD} | fields
    return await browser.post("/join", data=said, headers={"origin": str(browser.base_url).rstrip("/")})


async def audited(desk: cast.Desk, action: AuditAction) -> list[tuple[str, str]]:
    rows = await AuditRow.filter(workspace_id=desk.acme.id, action=action).order_by("seq")
    return [(row.principal, row.subject) for row in rows]


async def test_somebody_new_chooses_a_password_and_is_a_member_who_is_signed_in(browser, desk, office, web):
    await invite(desk, role=Role.VIEWER, name="N. N.")

    opened = await browser.get(await link_to(office))
    page = await browser.get(opened.headers["location"])
    joined = await accept(browser)

    assert (opened.status_code, opened.headers["location"]) == (303, "/join")
    assert 'value="N. N."' in page.text and "Choose a password" in page.text and "Acme" in page.text
    assert joined.status_code == 200 and "You are a member now" in joined.text
    actor = await sessions.authenticate(joined.cookies[session_cookie()])
    member = await Member.get(workspace_id=desk.acme.id, id=actor.member_id)
    assert (member.name, member.role) == ("Nina", Role.VIEWER)
    await sessions.sign_in(NINA, PASSWORD, "acme", HERE)
    assert await audited(desk, AuditAction.MEMBER_ADDED) == [(f"MEMBER:{member.id}", f"MEMBER:{member.id}")]
    assert (await browser.get("/join")).status_code == 404


async def test_opening_the_link_accepts_nothing(browser, desk, office):
    await invite(desk)
    link = await link_to(office)

    answers = [await browser.get(link), await browser.get("/join"), await browser.head("/join")]

    assert [answer.status_code for answer in answers] == [303, 200, 200]
    assert not await Person.exists(email=NINA)


async def test_who_has_a_password_already_must_give_it(browser, desk, office):
    await invite(desk, "eve@globex.example")
    await browser.get(await link_to(office, "eve@globex.example"))

    page = await browser.get("/join")
    wrong = await accept(browser, password="something else entirely")
    right = await accept(browser, name="Eve", password=cast.PASSWORD)

    assert "You have a password here already" in page.text
    assert (wrong.status_code, right.status_code) == (401, 200)
    assert sessions.WRONG in wrong.text and 'value="Nina"' in wrong.text
    assert await Person.filter(email="eve@globex.example").count() == 1
    await sessions.sign_in("eve@globex.example", cast.PASSWORD, "acme", HERE)


@pytest.mark.parametrize("fields", [{"password": "short"}, {"name": " "}, {"name": "x" * 121}])
async def test_what_is_wrong_is_said_and_the_invitation_stays(browser, desk, office, fields):
    await invite(desk)
    await browser.get(await link_to(office))

    refused = await accept(browser, **fields)

    assert refused.status_code == 400 and "There is a problem" in refused.text
    assert fields.get("password", PASSWORD) not in refused.text
    assert (await accept(browser)).status_code == 200


@pytest.mark.parametrize("how", ["revoked", "expired", "sent again", "unknown"])
async def test_a_link_that_has_ended_opens_nothing(browser, desk, office, clock, how):
    invitation = await invite(desk)
    link = await link_to(office)
    if how == "revoked":
        await invitations.revoke(desk.olga.actor, invitation.id)
    elif how == "expired":
        clock.move(days=7)
    elif how == "sent again":
        clock.move(minutes=10)
        await invitations.resend(desk.olga.actor, invitation.id)
    else:
        link = "/join/dwi_" + "A" * 43

    opened = await browser.get(link)

    assert (opened.status_code, opened.headers["referrer-policy"]) == (404, "no-referrer")
    with pytest.raises(Unauthenticated):
        await invitations.accept(link.rpartition("/")[2], "Nina", PASSWORD, HERE)
    assert not await Person.exists(email=NINA)


async def test_a_link_is_good_until_seven_days_have_gone(browser, desk, office, clock):
    await invite(desk)
    link = await link_to(office)

    clock.move(days=6, hours=23, minutes=59)

    assert (await browser.get(link)).status_code == 303


async def test_a_foreign_page_accepts_nothing(browser, desk, office):
    await invite(desk)
    await browser.get(await link_to(office))

    refused = await browser.post(
        "/join", data={"name": "N", "password": PASSWORD}, headers={"origin": "https://evil.example"}
    )

    assert refused.status_code == 403
    assert not await Person.exists(email=NINA)


async def test_an_invitation_that_was_sent_again_has_a_new_link(browser, desk, office, clock):
    invitation = await invite(desk)
    old = await link_to(office)
    clock.move(minutes=9)
    with pytest.raises(Conflict, match="ten minutes"):
        await invitations.resend(desk.olga.actor, invitation.id)

    clock.move(minutes=1)
    await invitations.resend(desk.olga.actor, invitation.id)

    new = await link_to(office)
    assert new != old and (await browser.get(new)).status_code == 303
