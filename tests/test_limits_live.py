"""Limits and doors of the real endpoints, at and over; the rest of the limits is in test_limits.py."""

import cast
import httpx
import pytest
from running_web import RunningWeb

from resolvers import access, sessions
from schema.ids import global_id
from schema.nodes import id_of

PUBLIC = "/public/graphql"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
REPLY = 'mutation { ticketReply(input: {%s body: "Hello."}) { errors { code } } }'
VIEWER = {"query": "{ viewer { member { name } } }"}
COST_OVER = (
    "{ tickets(first: 100) { nodes { labels { id } timeline(first: 100) { nodes { __typename } } } } }"
)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/graphql", "{ tickets(first: %d) { nodes { id } } }"),
        ("/graphql", "{ tickets(last: %d) { nodes { id } } }"),
        ("/graphql", "{ tickets(first: 1) { nodes { timeline(first: %d) { totalCount } } } }"),
        (PUBLIC, "{ ticket { timeline(first: %d) { totalCount } } }"),
    ],
)
async def test_a_page_has_at_most_a_hundred_items(web, ada, ticket, path, page):
    key = ada.key if path == "/graphql" else await cast.token_of(ticket, ada.actor)

    at, over = await web.post(page % 100, key, path=path), await web.post(page % 101, key, path=path)

    assert "errors" not in at
    assert [error["extensions"]["code"] for error in over["errors"]] == ["BAD_USER_INPUT"]


async def test_a_hundred_ids_can_be_asked_for_at_once(web, ada, ticket):
    ids = [id_of(ticket)] + [global_id("Ticket", 10**6 + nth) for nth in range(99)]

    at, over = await web.post(NODES, ada.key, ids=ids), await web.post(NODES, ada.key, ids=[*ids, ids[0]])

    assert at["data"]["nodes"] == [{"id": ids[0]}] + [None] * 99
    assert [error["extensions"]["code"] for error in over["errors"]] == ["BAD_USER_INPUT"]


async def test_what_would_cost_too_much_is_not_run(web, ada):
    answer = await web.post(COST_OVER, ada.key)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["QUERY_TOO_EXPENSIVE"]
    assert "data" not in answer


@pytest.mark.parametrize("path", ["/graphql", PUBLIC])
async def test_a_mutation_on_a_socket_changes_nothing(web, ada, ticket, path):
    key = ada.key if path == "/graphql" else await cast.token_of(ticket, ada.actor)
    async with web.socket(key, path=path) as socket:
        answer = await socket.next(await socket.subscribe(_reply(ticket, path)))

    assert answer["data"] == {"ticketReply": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]
    assert await access.comments(ada.actor).count() == 0


async def test_a_query_on_a_socket_is_answered(web, ada, ticket):
    async with web.socket(ada.key) as socket:
        answer = await socket.next(await socket.subscribe("{ tickets { totalCount } }"))

    assert answer == {"data": {"tickets": {"totalCount": 1}}} | {"extensions": answer["extensions"]}


@pytest.mark.parametrize("path", ["/graphql", PUBLIC])
async def test_a_mutation_by_get_changes_nothing(web, ada, ticket, path):
    key = ada.key if path == "/graphql" else await cast.token_of(ticket, ada.actor)

    answer = await _ask(web, "GET", path, key=key, params={"query": _reply(ticket, path)})

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert await access.comments(ada.actor).count() == 0


@pytest.mark.parametrize("path", ["/graphql", PUBLIC])
async def test_a_form_is_no_way_to_send_a_mutation(web, ada, ticket, path):
    key = ada.key if path == "/graphql" else await cast.token_of(ticket, ada.actor)
    operations = {"operations": f'{{"query": "{"{ __typename }"}"}}', "map": "{}"}

    answers = [
        await _ask(web, "POST", path, key=key, data={"query": _reply(ticket, path)}),
        await _ask(web, "POST", path, key=key, files={"operations": "x"}, data=operations),
        await _ask(web, "POST", path, key=key, content=_reply(ticket, path), kind="text/plain"),
    ]

    assert [answer.status_code for answer in answers] == [415, 415, 415]
    assert await access.comments(ada.actor).count() == 0


@pytest.mark.parametrize("path", ["/graphql", PUBLIC])
@pytest.mark.parametrize(
    "secret", [None, "x", "dwk_" + "x" * 43, "dwt_" + "x" * 43, "\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
async def test_without_a_good_secret_nothing_is_told(web, desk, path, secret):
    answer = await _ask(web, "POST", path, key=secret, json={"query": "{ __typename }"})

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "OURS"}, 200),
        ({"origin": "OURS", "sec-fetch-site": "same-origin"}, 200),
        ({}, 200),  # a program of ours: browsers name the page whenever they send a POST
        ({"origin": "https://evil.example"}, 401),
        ({"origin": "null"}, 401),
        ({"sec-fetch-site": "cross-site"}, 401),
        ({"sec-fetch-site": "same-site"}, 401),
    ],
    ids=str,
)
async def test_a_cookie_counts_only_where_the_page_is_ours(web, ada, headers, status):
    cookie = await _cookie()
    sent = {name: web.url if value == "OURS" else value for name, value in headers.items()}

    answer = await _ask(web, "POST", "/graphql", json=VIEWER, headers={**sent, "cookie": cookie})

    assert answer.status_code == status
    if status == 200:
        assert answer.json()["data"] == {"viewer": {"member": {"name": "Ada"}}}


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
    ids=str,
)
async def test_a_foreign_page_cannot_sign_anybody_in(web, ada, headers):
    right = {"email": "ada@acme.example", "password": cast.PASSWORD}

    ours = await _ask(web, "POST", "/session", json=right, headers={"origin": web.url})
    foreign = await _ask(web, "POST", "/session", json=right, headers=headers)

    assert (ours.status_code, foreign.status_code) == (204, 403)
    assert "set-cookie" in ours.headers and "set-cookie" not in foreign.headers


async def test_a_members_cookie_is_nothing_at_the_customers_door(web, ada, ticket):
    answer = await _ask(web, "POST", PUBLIC, json=VIEWER, headers={"cookie": await _cookie()})

    assert answer.status_code == 401


def _reply(ticket, path: str) -> str:
    return REPLY % (f'ticketId: "{id_of(ticket)}",' if path == "/graphql" else "")


async def _cookie() -> str:
    secret = await sessions.sign_in("ada@acme.example", cast.PASSWORD, "acme", "127.0.0.1")
    return f"deskwire={secret}"


async def _ask(
    web: RunningWeb,
    method: str,
    path: str,
    *,
    key: str | None = None,
    kind: str | None = None,
    headers: dict[str, str] | None = None,
    **sent: object,
) -> httpx.Response:
    """Send a request as it is given here, over the wire."""
    every = dict(headers or {})
    if key is not None:
        every["authorization"] = f"Bearer {key}"
    if kind is not None:
        every["content-type"] = kind
    raw = [(name.encode(), value.encode()) for name, value in every.items()]
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        return await client.request(method, web.url + path, headers=raw, **sent)  # type: ignore[arg-type]
