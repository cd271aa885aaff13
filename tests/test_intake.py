"""Reading a GraphQL request off HTTP."""

from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
from structlog.testing import capture_logs

from schema.http import Endpoint
from settings import settings
from tests.toy import ToyFace, client_of, code_of

MODERN = {"accept": "application/graphql-response+json"}
JSON = {"content-type": "application/json"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(Endpoint(ToyFace())) as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"5",
        b"null",
        b"[]",
        b"nonsense",
        b'{"query": 5}',
        b'{"notquery": "{ hello }"}',
        b'{"query": "{ hello }", "variables": "x"}',
        b'{"query": "{ hello }", "variables": {"x": NaN}}',
        b'[{"query": "{ hello }"}]',
        b'{"query": "\xff\xfe"}',
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
        b'{"variables": ' + b'{"a": ' * 20_000 + b"1" + b"}" * 20_001,
        b'{"query": "{ hello }", "extensions": {"persistedQuery": []}}',
    ],
)
@pytest.mark.parametrize("headers", [JSON, JSON | MODERN])
async def test_a_malformed_body_is_a_bad_request(client, body, headers):
    with capture_logs() as lines:
        response = await client.post("/graphql", content=body, headers=headers)

    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")
    assert len(response.json()["errors"][0]["message"]) < 100
    assert [line["event"] for line in lines] == ["graphql.request"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_a_body_that_is_not_plain_json_is_refused(client, headers):
    response = await client.post("/graphql", content=b'{"query": "mutation { change }"}', headers=headers)

    assert (response.status_code, code_of(response)) == (415, "BAD_REQUEST")


@pytest.mark.parametrize("is_announced", [True, False])
@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413)])
async def test_a_body_has_a_largest_size(client, monkeypatch, extra, status, is_announced):
    monkeypatch.setattr(settings, "body_bytes", 1000)
    body = orjson.dumps({"query": "{ hello }"}).ljust(1000 + extra)

    async def parts() -> AsyncIterator[bytes]:
        yield body[:600]
        yield body[600:]

    content = body if is_announced else parts()
    response = await client.post("/graphql", content=content, headers=JSON)

    assert response.status_code == status
    assert status == 200 or code_of(response) == "PAYLOAD_TOO_LARGE"


async def test_a_body_announced_as_too_large_is_not_even_read(client):
    async def parts() -> AsyncIterator[bytes]:
        raise AssertionError
        yield b""

    headers = JSON | {"content-length": str(settings.body_bytes + 1)}
    response = await client.post("/graphql", content=parts(), headers=headers)

    assert response.status_code == 413


async def test_a_query_may_come_by_get(client):
    query = "query A($n: String!) { hello(name: $n) } query B { hello }"
    parameters = {"query": query, "variables": '{"n": "Ada"}', "operationName": "A", "extensions": ""}

    response = await client.get("/graphql", params=parameters)

    assert response.json()["data"] == {"hello": "Hello, Ada!"}


@pytest.mark.parametrize(
    "query_string",
    ["", "query=", "query=%ff", "query={hello}&variables={", "query={hello}&variables=5", "a&" * 50],
)
async def test_a_malformed_query_string_is_a_bad_request(client, query_string):
    response = await client.get(f"/graphql?{query_string}")

    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


async def test_a_client_that_hangs_up_is_not_answered():
    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        raise AssertionError

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }

    await Endpoint(ToyFace())(scope, receive, send)  # type: ignore[arg-type]
