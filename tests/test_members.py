"""Members: finding them, their rights, removing them and letting them in again."""

import asyncio
from typing import Any

import cast
import pytest
import websockets
from running_web import RunningWeb
from signed_in import signed_in

from models.audit import AuditAction, AuditRow
from models.errors import Conflict, Unauthenticated
from models.keys import ApiKey
from models.members import Member
from models.permissions import Role
from models.sessions import Session
from models.ticket_enums import Status
from resolvers import keys, members, sessions, tickets
from schema.nodes import id_of

LIST = """
query ($text: String, $roles: [MemberRole!], $isActive: Boolean, $first: Int, $after: String, $last: Int,
       $before: String) {
  members(query: $text, roles: $roles, isActive: $isActive, first: $first, after: $after, last: $last,
          before: $before) {
    totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage } nodes { name email role }
  }
}
"""
ABOUT = (
    "{ name email role mayDelete isActive openTicketCount viewerCanUpdate viewerCanRemove viewerCanRestore }"
)
CHANGE = "mutation ($input: Member%sInput!) { member%s(input: $input) { member %s errors { code message } } }"
ADA = "ada@acme.example"


async def change(asking: Any, verb: str, member: Member, **values: object) -> dict:
    """Let somebody, who runs operations by `asking`, change a member; return the payload."""
    query = CHANGE % (verb, verb, ABOUT)
    return (await asking(query, input={"memberId": id_of(member)} | values))[f"member{verb}"]


def by(web: RunningWeb, key: str) -> Any:
    return lambda query, **variables: web.run(query, key, **variables)


async def found(web: RunningWeb, key: str, **variables: object) -> list[str]:
    return [node["name"] for node in (await web.run(LIST, key, **variables))["members"]["nodes"]]


async def audited(workspace_id: int, action: AuditAction) -> list[tuple[str, str]]:
    rows = await AuditRow.filter(workspace_id=workspace_id, action=action).order_by("seq")
    return [(row.principal, row.subject) for row in rows]


async def test_members_are_found_by_name_address_and_role(web, desk):
    await members.remove(desk.olga.actor, desk.grace.member.id)

    assert await found(web, desk.vic.key) == ["Ada", "Grace", "Olga", "Vic"]
    assert await found(web, desk.vic.key, text="GRA") == ["Grace"]
    assert await found(web, desk.vic.key, text="vic@ACME") == ["Vic"]
    assert await found(web, desk.vic.key, text="%") == []
    assert await found(web, desk.vic.key, roles=["ADMIN", "VIEWER"]) == ["Olga", "Vic"]
    assert await found(web, desk.vic.key, roles=[]) == []
    assert await found(web, desk.vic.key, isActive=True) == ["Ada", "Olga", "Vic"]
    assert await found(web, desk.vic.key, isActive=False) == ["Grace"]
    assert await found(web, desk.eve.key) == ["Eve"]


async def test_members_are_read_page_by_page_in_both_directions(web, desk):
    await cast.member(desk.acme, "ada2", Role.AGENT)
    await Member.filter(workspace_id=desk.acme.id, name="Ada2").update(name="ADA")

    first = (await web.run(LIST, desk.ada.key, first=2))["members"]
    rest = (await web.run(LIST, desk.ada.key, first=3, after=first["pageInfo"]["endCursor"]))["members"]
    back = (await web.run(LIST, desk.ada.key, last=1, before=rest["pageInfo"]["startCursor"]))["members"]

    assert [node["name"] for node in first["nodes"]] == ["Ada", "ADA"]
    assert [node["name"] for node in rest["nodes"]] == ["Grace", "Olga", "Vic"]
    assert [node["name"] for node in back["nodes"]] == ["ADA"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert (back["pageInfo"]["hasPreviousPage"], first["totalCount"]) == (True, 5)


async def test_an_admin_changes_name_and_rights_in_one_audited_step(web, desk):
    asking = by(web, desk.olga.key)

    payload = await change(asking, "Update", desk.ada.member, name=" Ada  L. ", role="VIEWER", mayDelete=True)
    again = await change(asking, "Update", desk.ada.member, name="Ada L.", mayDelete=True)

    assert payload["member"] == again["member"]
    assert payload["member"] | {"name": "Ada L.", "role": "VIEWER", "mayDelete": True} == payload["member"]
    assert (payload["member"]["viewerCanUpdate"], payload["member"]["viewerCanRestore"]) == (True, False)
    [(_, subject)] = await audited(desk.acme.id, AuditAction.MEMBER_CHANGED)
    assert subject == f"MEMBER:{desk.ada.member.id}"


async def test_everybody_who_is_signed_in_changes_their_own_name_and_nothing_else(web, desk):
    async with signed_in(web, "vic@acme.example") as browser:
        name = await change(browser.run, "Update", desk.vic.member, name="Victor")
        role = await change(browser.run, "Update", desk.vic.member, name="V", role="ADMIN")
        other = await change(browser.run, "Update", desk.ada.member, name="Not Ada")

    assert (name["member"]["name"], name["member"]["viewerCanUpdate"]) == ("Victor", False)
    assert [role["errors"][0]["code"], other["errors"][0]["code"]] == ["FORBIDDEN"] * 2
    assert await found(web, desk.ada.key) == ["Ada", "Grace", "Olga", "Victor"]


async def test_a_key_changes_not_even_the_name_of_its_member(web, desk):
    payload = await change(by(web, desk.ada.key), "Update", desk.ada.member, name="Program")

    assert payload["errors"][0]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(("verb", "values"), [("Update", {"role": "AGENT"}), ("Remove", {})])
async def test_the_last_admin_stays(web, desk, verb, values):
    payload = await change(by(web, desk.olga.key), verb, desk.olga.member, **values)

    assert payload["errors"] == [{"code": "CONFLICT", "message": members.LAST_ADMIN}]


async def test_an_admin_who_is_not_the_last_may_go(web, desk):
    await change(by(web, desk.olga.key), "Update", desk.ada.member, role="ADMIN")

    payload = await change(by(web, desk.olga.key), "Remove", desk.olga.member)

    assert (payload["errors"], payload["member"]["isActive"]) == ([], False)


@pytest.mark.parametrize("verb", [members.remove, lambda a, m: members.update(a, m, {"role": Role.AGENT})])
async def test_two_admins_who_end_each_other_at_once_leave_one(desk, verb):
    await members.update(desk.olga.actor, desk.ada.member.id, {"role": Role.ADMIN})
    pairs = [(desk.olga.actor, desk.ada.member.id), (desk.olga.actor, desk.olga.member.id)]

    ended = await asyncio.gather(*(verb(*pair) for pair in pairs), return_exceptions=True)

    assert {type(each) for each in ended} == {Conflict, Member}
    assert await Member.filter(workspace_id=desk.acme.id, role=Role.ADMIN, removed_at=None).count() == 1


async def test_removing_a_member_ends_their_sessions_and_keys_at_once(web, desk):
    secret = await sessions.sign_in(ADA, cast.PASSWORD, None, "192.0.2.1")

    payload = await change(by(web, desk.olga.key), "Remove", desk.ada.member)

    assert (payload["member"]["isActive"], payload["member"]["viewerCanRestore"]) == (False, True)
    for knock in (sessions.authenticate(secret), keys.authenticate(desk.ada.key)):
        with pytest.raises(Unauthenticated):
            await knock
    theirs = {"workspace_id": desk.acme.id, "member_id": desk.ada.member.id, "revoked_at": None}
    assert (await Session.filter(**theirs).count(), await ApiKey.filter(**theirs).count()) == (0, 0)
    await keys.authenticate(desk.grace.key)
    assert len(await audited(desk.acme.id, AuditAction.MEMBER_REMOVED)) == 1


async def test_the_socket_of_a_removed_member_closes_within_five_seconds(web, desk, ticket):
    async with web.socket(desk.ada.key) as socket:
        await socket.subscribe("subscription { ticketChanged { ticket { id } } }")
        await web.joined(1)

        await change(by(web, desk.olga.key), "Remove", desk.ada.member)

        with pytest.raises(websockets.ConnectionClosed):
            async with asyncio.timeout(5):
                await socket.receive()
    assert socket.wire.close_code == 4403


async def test_tickets_of_a_removed_member_stay_theirs_and_are_counted(web, desk, ticket):
    solved = await cast.ticket_of(desk.carl, desk.ada.actor)
    for row, status in ((ticket, Status.WAITING), (solved, Status.RESOLVED)):
        await tickets.update(desk.ada.actor, row.id, {"assignee_id": desk.ada.member.id, "status": status})

    payload = await change(by(web, desk.olga.key), "Remove", desk.ada.member)

    assert payload["member"]["openTicketCount"] == 1
    query = "query ($id: ID!) { ticket(id: $id) { assignee { name isActive openTicketCount } } }"
    assignee = (await web.run(query, desk.vic.key, id=id_of(ticket)))["ticket"]["assignee"]
    assert assignee == {"name": "Ada", "isActive": False, "openTicketCount": 1}


async def test_a_member_who_was_let_in_again_signs_in_but_their_old_keys_stay_ended(web, desk):
    asking = by(web, desk.olga.key)
    await change(asking, "Remove", desk.ada.member)

    edited = await change(asking, "Update", desk.ada.member, role="ADMIN")
    twice = await change(asking, "Remove", desk.ada.member)
    payload = await change(asking, "Restore", desk.ada.member)
    again = await change(asking, "Restore", desk.ada.member)

    assert (payload["member"]["isActive"], payload["member"]["role"]) == (True, "AGENT")
    codes = [each["errors"][0]["code"] for each in (edited, twice, again)]
    assert codes == ["CONFLICT"] * 3
    await sessions.sign_in(ADA, cast.PASSWORD, None, "192.0.2.1")
    with pytest.raises(Unauthenticated):
        await keys.authenticate(desk.ada.key)
    assert len(await audited(desk.acme.id, AuditAction.MEMBER_RESTORED)) == 1


@pytest.mark.parametrize("verb", ["Update", "Remove", "Restore"])
async def test_eve_finds_nobody_to_change_here(web, desk, verb):
    payload = await change(by(web, desk.eve.key), verb, desk.ada.member)

    assert payload["errors"][0]["code"] == "NOT_FOUND"
    assert (await Member.get(workspace_id=desk.acme.id, id=desk.ada.member.id)).removed_at is None
