"""The audit log as admins read it."""

from typing import Any

import pytest
from running_web import RunningWeb

from models.audit import AuditAction
from models.permissions import Permission, Scope
from resolvers import access, keys, sessions
from schema.nodes import id_of

LOG = """
query ($actions: [AuditAction!], $first: Int, $after: String) {
  auditLog(actions: $actions, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage }
    nodes {
      id at action principalKind subjectKind seal
      principal { __typename ... on Member { name } ... on ApiKey { hint } }
      subject { __typename id }
    }
  }
}
"""


async def log(web: RunningWeb, key: str, **variables: Any) -> dict:
    return (await web.run(LOG, key, **variables))["auditLog"]


async def test_an_admin_sees_who_did_what_to_what_the_newest_first(web, desk):
    made, _ = await keys.create_key(
        await keys.authenticate(desk.olga.key), desk.olga.member.id, "Nightly", frozenset({Scope.READ})
    )

    newest, before, *_ = (await log(web, desk.olga.key))["nodes"]

    assert (newest["action"], newest["principalKind"], newest["subjectKind"]) == (
        *("KEY_CREATED", "API_KEY", "API_KEY"),
    )
    assert newest["principal"] == {"__typename": "ApiKey", "hint": desk.olga.key[:8]}
    assert newest["subject"] == {"__typename": "ApiKey", "id": id_of(made)}
    assert before["principal"] == {"__typename": "Member", "name": "Vic"}


async def test_what_the_product_did_has_no_principal_and_a_session_is_no_object(web, desk):
    await sessions.sign_in("ada@acme.example", "correct horse battery staple", None, "192.0.2.1")

    signed_in, *_, founded = (await log(web, desk.olga.key))["nodes"]

    assert (signed_in["action"], signed_in["subjectKind"], signed_in["subject"]) == (
        *("SIGNED_IN", "SESSION", None),
    )
    assert signed_in["principal"] == {"__typename": "Member", "name": "Ada"}
    assert (founded["action"], founded["principalKind"], founded["principal"]) == (
        *("WORKSPACE_CREATED", "SYSTEM", None),
    )
    assert founded["subject"]["__typename"] == "Workspace"


async def test_the_log_is_read_page_by_page_and_by_action(web, desk):
    first = await log(web, desk.olga.key, first=3)
    rest = await log(web, desk.olga.key, first=3, after=first["pageInfo"]["endCursor"])
    founded = await log(web, desk.olga.key, actions=["WORKSPACE_CREATED"])

    assert (first["totalCount"], len(first["nodes"]), len(rest["nodes"])) == (5, 3, 2)
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert not {node["id"] for node in first["nodes"]} & {node["id"] for node in rest["nodes"]}
    assert (founded["totalCount"], founded["nodes"][0]["action"]) == (1, "WORKSPACE_CREATED")


@pytest.mark.parametrize("who", ["ada", "vic"])
async def test_for_others_there_is_no_log(web, desk, who):
    assert await log(web, getattr(desk, who).key) is None


async def test_an_admins_key_without_the_scope_admin_reads_no_log(web, olga):
    _, secret = await keys.create_key(
        olga.actor, olga.member.id, "Writes", frozenset({Scope.READ, Scope.WRITE})
    )

    assert await log(web, secret) is None


async def test_eve_reads_the_log_of_her_own_workspace(web, desk):
    found = await log(web, desk.eve.key)

    assert [node["action"] for node in found["nodes"]] == [AuditAction.KEY_CREATED, "WORKSPACE_CREATED"]
    assert {node["principal"] and node["principal"].get("name") for node in found["nodes"]} == {"Eve", None}


async def test_the_door_to_the_log_is_shut_without_the_permission(desk):
    assert Permission.SETTINGS not in desk.ada.actor.permissions
    assert await access.audit_rows(desk.ada.actor).count() == 0
    assert await access.audit_rows(desk.olga.actor).count() == 5
