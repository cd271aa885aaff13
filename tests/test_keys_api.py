"""API keys in the settings: making them, seeing how they fare, ending them."""

from datetime import UTC, datetime, timedelta

import pytest
from running_web import RunningWeb
from signed_in import signed_in

from models.clock import now
from models.keys import ApiKey
from models.permissions import Scope
from resolvers import key_uses, keys
from schema.nodes import id_of

CREATE = """
mutation ($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) {
    secret apiKey { id name hint scopes expiresAt revokedAt lastUsedAt member { name } } errors { code path }
  }
}
"""
REVOKE = """
mutation ($id: ID!) {
  apiKeyRevoke(input: {apiKeyId: $id}) { apiKey { revokedAt } errors { code message } }
}
"""
LIST = "{ apiKeys { totalCount nodes { id name lastUsedAt member { name } } } }"


async def made(web: RunningWeb, key: str, **values: object) -> dict:
    """Try to make a key with a key, and return the payload."""
    said = {"name": "Nightly", "scopes": ["READ"]} | values
    return (await web.run(CREATE, key, input=said))["apiKeyCreate"]


async def test_a_member_who_is_signed_in_makes_a_key_and_sees_its_secret_once(web, ada):
    async with signed_in(web, "ada@acme.example") as browser:
        payload = (await browser.run(CREATE, input={"name": "Nightly", "scopes": ["READ", "WRITE"]}))[
            "apiKeyCreate"
        ]

    key, secret = payload["apiKey"], payload["secret"]
    assert secret.startswith(key["hint"]) and len(secret) > 40
    assert (key["name"], key["scopes"], key["member"]) == ("Nightly", ["READ", "WRITE"], {"name": "Ada"})
    assert (key["expiresAt"], key["revokedAt"], key["lastUsedAt"]) == (None, None, None)
    viewer = "{ viewer { member { name } apiKey { id } permissions } }"
    assert (await web.run(viewer, secret))["viewer"]["apiKey"]["id"] == key["id"]


async def test_the_same_idempotency_key_makes_one_key_and_tells_its_secret_once(web, olga):
    first = await made(web, olga.key, idempotencyKey="k1")
    again = await made(web, olga.key, idempotencyKey="k1")

    assert first["secret"] and again["secret"] is None
    assert first["apiKey"]["id"] == again["apiKey"]["id"]
    assert again["errors"] == []


async def test_an_admin_makes_a_key_for_somebody_else(web, olga, ada):
    payload = await made(web, olga.key, memberId=id_of(ada.member))

    assert payload["apiKey"]["member"] == {"name": "Ada"}
    assert (await keys.authenticate(payload["secret"])).member_id == ada.member.id


async def test_an_agent_makes_none_for_somebody_else(web, grace, ada):
    async with signed_in(web, "ada@acme.example") as browser:
        said = {"name": "Hers", "scopes": ["READ"], "memberId": id_of(grace.member)}
        payload = (await browser.run(CREATE, input=said))["apiKeyCreate"]

    assert (payload["secret"], payload["errors"][0]["code"]) == (None, "FORBIDDEN")


@pytest.mark.parametrize("scopes", [{Scope.READ}, {Scope.WRITE}, {Scope.READ, Scope.WRITE}])
async def test_a_key_without_the_scope_admin_makes_and_ends_none(web, olga, scopes):
    own, secret = await keys.create_key(olga.actor, olga.member.id, "Narrow", frozenset(scopes))

    payload = await made(web, secret)
    ended = (await web.run(REVOKE, secret, id=id_of(own)))["apiKeyRevoke"]

    assert [error["code"] for error in (*payload["errors"], *ended["errors"])] == ["FORBIDDEN"] * 2
    await keys.authenticate(secret)


@pytest.mark.parametrize(("hours", "is_made"), [(None, False), (25, False), (24, True), (1, True)])
async def test_a_key_makes_none_that_outlives_it(olga, hours, is_made):
    at = now()
    _, secret = await keys.create_key(
        olga.actor, olga.member.id, "A day", frozenset(Scope), expires_at=at + timedelta(days=1)
    )
    actor = await keys.authenticate(secret)
    expires_at = None if hours is None else at + timedelta(hours=hours)

    made = keys.create_key(actor, olga.member.id, "Next", frozenset(Scope), expires_at=expires_at)

    if is_made:
        assert (await made)[0].expires_at == expires_at
    else:
        with pytest.raises(keys.Invalid):
            await made


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"name": " "}, ["input", "name"]),
        ({"name": "x" * 81}, ["input", "name"]),
        ({"scopes": []}, ["input", "scopes"]),
        ({"expiresAt": datetime(2020, 1, 1, tzinfo=UTC).isoformat()}, ["input", "expiresAt"]),
    ],
)
async def test_what_is_wrong_with_a_key_is_said_where_it_stands(web, olga, values, path):
    payload = await made(web, olga.key, **values)

    assert payload["errors"] == [{"code": "BAD_USER_INPUT", "path": path}]


async def test_a_key_that_was_ended_opens_nothing_any_more(web, olga, ada):
    key, secret = await keys.create_key(ada.actor, ada.member.id, "Nightly", frozenset({Scope.READ}))

    payload = (await web.run(REVOKE, olga.key, id=id_of(key)))["apiKeyRevoke"]

    assert payload["apiKey"]["revokedAt"] and payload["errors"] == []
    answer = await web.post("{ eventCursor }", secret)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_member_who_is_signed_in_ends_their_own_key_and_no_other(web, ada, grace):
    own = await keys.authenticate(ada.key)
    other = await keys.authenticate(grace.key)
    ids = [
        id_of(await ApiKey.get(workspace_id=each.workspace_id, id=each.credential_id))
        for each in (own, other)
    ]

    async with signed_in(web, "ada@acme.example") as browser:
        answers = [(await browser.run(REVOKE, id=id_))["apiKeyRevoke"]["errors"] for id_ in ids]

    assert answers[0] == [] and answers[1][0]["code"] == "NOT_FOUND"
    await keys.authenticate(grace.key)


async def test_each_sees_their_own_keys_and_an_admin_all_of_the_workspace(web, desk):
    for who, names in (
        (desk.ada, ["Ada"]),
        (desk.vic, ["Vic"]),
        (desk.olga, ["Vic", "Olga", "Grace", "Ada"]),
        (desk.eve, ["Eve"]),
    ):
        found = (await web.run(LIST, who.key))["apiKeys"]

        assert [node["member"]["name"] for node in found["nodes"]] == names
        assert found["totalCount"] == len(names)


async def test_keys_are_read_page_by_page_in_both_directions(web, olga):
    query = "query ($first: Int, $after: String, $last: Int, $before: String) { apiKeys("
    query += "first: $first, after: $after, last: $last, before: $before) {"
    query += " nodes { member { name } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"

    first = (await web.run(query, olga.key, first=3))["apiKeys"]
    rest = (await web.run(query, olga.key, first=3, after=first["pageInfo"]["endCursor"]))["apiKeys"]
    back = (await web.run(query, olga.key, last=2, before=rest["pageInfo"]["startCursor"]))["apiKeys"]

    assert [node["member"]["name"] for node in first["nodes"]] == ["Vic", "Olga", "Grace"]
    assert [node["member"]["name"] for node in rest["nodes"]] == ["Ada"]
    assert [node["member"]["name"] for node in back["nodes"]] == ["Olga", "Grace"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert back["pageInfo"]["hasPreviousPage"]


async def test_when_a_key_was_used_is_written_once_an_hour_and_not_by_the_request(web, ada, clock):
    seen: list[str | None] = []

    for minutes in (0, 59, 2):
        clock.move(minutes=minutes)
        seen.append((await web.run(LIST, ada.key))["apiKeys"]["nodes"][0]["lastUsedAt"])
        await key_uses.write_down()

    last = (await web.run(LIST, ada.key))["apiKeys"]["nodes"][0]["lastUsedAt"]
    first = seen[1]
    assert seen[0] is None and first is not None and seen[2] == first
    assert datetime.fromisoformat(last) - datetime.fromisoformat(first) >= timedelta(minutes=60)


async def test_a_secret_is_in_no_answer_but_the_first(web, olga):
    secret = (await made(web, olga.key))["secret"]

    listed = await web.run("{ apiKeys { nodes { id name hint scopes createdAt } } }", olga.key)

    assert secret[9:] not in str(listed)
