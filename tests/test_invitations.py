"""Invitations: asking somebody by mail, asking again, taking back, and what keeps others out."""

import re

import cast
import pytest
from guest import NINA, PASSWORD, invite, link_to
from mail_server import mail_server
from office import Office, office_of, text

from jobs.mail.invite import _mark_sent
from jobs.relay import work_off
from models.audit import AuditAction, AuditRow
from models.errors import Conflict, RateLimited, Unauthenticated
from models.invitations import Invitation, token_of
from models.members import Member
from models.outbox import OutboxRow
from models.permissions import Role
from resolvers import invitations, members, sessions
from resolvers.invitations import NewInvitation
from schema.nodes import id_of
from settings import settings

HERE = "192.0.2.1"
INVITE = """
mutation ($input: MemberInviteInput!) {
  memberInvite(input: $input) {
    invitation { id email name role isPending sentAt invitedBy { name } } errors { code path message }
  }
}
"""
LIST = (
    "{ invitations { totalCount nodes { email isPending sentAt failure acceptedAt member { name role } } } }"
)


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


async def audited(desk: cast.Desk, action: AuditAction) -> list[tuple[str, str]]:
    rows = await AuditRow.filter(workspace_id=desk.acme.id, action=action).order_by("seq")
    return [(row.principal, row.subject) for row in rows]


async def test_an_admin_invites_somebody_and_a_letter_with_a_link_goes_out(web, desk, office):
    said = {"email": "Nina@X.example", "name": "Nina", "role": "AGENT"}
    payload = (await web.run(INVITE, desk.olga.key, input=said))["memberInvite"]
    await work_off()

    letter = office.letter()
    assert payload["errors"] == [] and payload["invitation"]["invitedBy"] == {"name": "Olga"}
    assert (letter["To"], letter["Subject"]) == (NINA, "You are invited to Acme")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Nina" not in text(letter) and "Nina" not in text(letter, "html")
    assert re.search(r"https://desk\.example/join/dwi_\S{43}", text(letter))
    [node] = (await web.run(LIST, desk.olga.key))["invitations"]["nodes"]
    assert (node["isPending"], node["sentAt"] is not None, node["failure"]) == (True, True, None)
    [(_, subject)] = await audited(desk, AuditAction.MEMBER_INVITED)
    assert subject.startswith("INVITATION:")


async def test_the_password_of_somebody_known_is_not_guessed_by_an_invitation(desk, office):
    await invite(desk, "eve@globex.example")
    token = (await link_to(office, "eve@globex.example")).rpartition("/")[2]
    for _ in range(settings.signin_tries):
        with pytest.raises(Unauthenticated, match=sessions.WRONG):
            await invitations.accept(token, "Eve", "a wrong password", HERE)

    with pytest.raises(RateLimited):
        await invitations.accept(token, "Eve", cast.PASSWORD, HERE)


async def test_an_invitation_is_accepted_once(desk, office):
    await invite(desk)
    token = (await link_to(office)).rpartition("/")[2]
    await invitations.accept(token, "Nina", PASSWORD, HERE)

    with pytest.raises(Unauthenticated, match="not valid"):
        await invitations.accept(token, "Nina", PASSWORD, HERE)

    assert await Member.filter(workspace_id=desk.acme.id, name="Nina").count() == 1


async def test_an_invitation_that_was_taken_back_is_not_mailed(desk, office):
    invitation = await invite(desk)
    await invitations.revoke(desk.olga.actor, invitation.id)

    await work_off()

    assert office.inbox() == []
    assert (await OutboxRow.get(workspace_id=desk.acme.id, invitation_id=invitation.id)).done_at
    assert len(await audited(desk, AuditAction.INVITATION_REVOKED)) == 1


async def test_who_is_a_member_or_was_one_or_is_invited_is_not_invited(desk):
    await members.remove(desk.olga.actor, desk.grace.member.id)
    await invite(desk)

    for email, words in (
        ("ADA@acme.example", "a member's already"),
        ("grace@acme.example", "was removed"),
        (NINA, "is invited already"),
    ):
        with pytest.raises(Conflict, match=words):
            await invite(desk, email)


async def test_somebody_whose_invitation_has_expired_is_invited_anew(desk, clock):
    first = await invite(desk)
    clock.move(days=7)

    second = await invite(desk, role=Role.ADMIN)

    assert (second.id != first.id, second.role) == (True, Role.ADMIN)


async def test_nobody_gets_more_than_five_letters_a_day_from_all_workspaces(desk):
    for _ in range(invitations.LETTERS_A_DAY):
        await invitations.revoke(desk.olga.actor, (await invite(desk)).id)

    for admin in (desk.olga, desk.eve):
        with pytest.raises(Conflict, match="for a day"):
            await invitations.invite(admin.actor, NewInvitation(NINA, Role.AGENT))
    await invite(desk, "other@x.example")


async def test_a_hundred_invitations_are_open_at_most(desk, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_PENDING", 2)
    await invite(desk, "one@x.example")
    await invite(desk, "two@x.example")

    with pytest.raises(Conflict, match="At most 2"):
        await invite(desk, "three@x.example")


async def test_a_letter_that_is_refused_for_good_is_told_on_the_invitation(web, desk, office, monkeypatch):
    await invite(desk)
    async with mail_server() as server:
        monkeypatch.setattr(settings, "smtp_url", f"smtp://127.0.0.1:{server.port}")
        server.answers[NINA] = "550 no such user"

        await work_off()

    [node] = (await web.run(LIST, desk.olga.key))["invitations"]["nodes"]
    assert (node["sentAt"], node["isPending"]) == (None, True)
    assert node["failure"] == "The mail server answered 550: no such user"


async def test_an_invitation_sent_anew_while_its_letter_is_under_way_is_sent_once_more(desk, office, clock):
    invitation = await invite(desk)
    older = await Invitation.get(workspace_id=desk.acme.id, id=invitation.id)
    clock.move(minutes=10)
    await invitations.resend(desk.olga.actor, invitation.id)

    await _mark_sent(older)
    await work_off()

    newest = await Invitation.get(workspace_id=desk.acme.id, id=invitation.id)
    assert token_of(newest.nonce) in text(office.letter())
    assert newest.sent_at is not None


async def test_for_others_there_are_no_invitations(web, desk):
    invitation = await invite(desk)
    query = "query ($id: ID!) { node(id: $id) { id } invitations { totalCount } }"

    for who in (desk.ada, desk.vic):
        assert await web.run(query, who.key, id=id_of(invitation)) == {"node": None, "invitations": None}
    assert await web.run(query, desk.eve.key, id=id_of(invitation)) == {
        "node": None,
        "invitations": {"totalCount": 0},
    }


async def test_no_secret_of_an_invitation_lies_in_its_row(desk, office):
    invitation = await invite(desk)

    token = (await link_to(office)).rpartition("/")[2]

    kept = await Invitation.get(workspace_id=desk.acme.id, id=invitation.id)
    assert token[4:] not in "".join(map(str, vars(kept).values()))
