"""GraphQL over HTTP, through its endpoint."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import httpx
import orjson
import pytest
from starlette.responses import PlainTextResponse
from structlog.testing import capture_logs

from models.actors import Actor, ActorKind
from schema.http import Call, Endpoint
from schema.rates import Rates
from settings import settings
from tests.toy import ToyFace, client_of, code_of

MODERN = {"accept": "application/graphql-response+json"}
JSON = {"content-type": "application/json"}


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
async def client(calls: list[Call]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(Endpoint(ToyFace(), on_answer=calls.append)) as client:
        yield client


async def test_a_query_is_answered(client):
    response = await client.post("/graphql", json={"query": "{ hello }"})

    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "Hello, you!"}


async def test_every_answer_has_its_headers(client):
    good = await client.post("/graphql", json={"query": "{ hello }"})
    bad = await client.put("/graphql")

    for response in (good, bad):
        headers = response.headers
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["vary"] == "Accept"
        assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("given", "kept"), [("proxy-1.a_B", True), ("x" * 65, False), ("a b", False), ("", False)]
)
async def test_a_proxys_request_id_is_kept_when_it_is_one(client, given, kept):
    response = await client.post("/graphql", json={"query": "{ hello }"}, headers={"x-request-id": given})

    assert (response.headers["x-request-id"] == given) is kept


@pytest.mark.parametrize("query", ["{", "{ unknown }", "query A { hello } query B { hello }"])
async def test_a_refused_document_has_a_status_in_the_new_media_type_only(client, query):
    modern = await client.post("/graphql", json={"query": query}, headers=MODERN)
    plain = await client.post("/graphql", json={"query": query})

    assert (modern.status_code, plain.status_code) == (400, 200)
    assert modern.headers["content-type"].startswith("application/graphql-response+json")
    assert "data" not in modern.json()
    assert modern.json() == plain.json()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_refused(client, method):
    response = await client.request(method, "/graphql")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_an_answer_in_html_is_refused(client):
    response = await client.post("/graphql", json={"query": "{ hello }"}, headers={"accept": "text/html"})

    assert (response.status_code, code_of(response)) == (406, "BAD_REQUEST")


async def test_a_mutation_by_get_is_refused(client):
    response = await client.get("/graphql", params={"query": "mutation { change }"})

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert "data" not in response.json()


async def test_a_mutation_by_post_runs(client):
    response = await client.post("/graphql", json={"query": "mutation { change }"})

    assert response.json()["data"] == {"change": "changed"}


async def test_a_subscription_by_plain_post_is_refused(client):
    response = await client.post("/graphql", json={"query": "subscription { ticks }"})

    assert (response.status_code, code_of(response)) == (400, "OPERATION_RESOLUTION_FAILURE")


async def test_who_prefers_a_stream_gets_one():
    async with client_of(Endpoint(ToyFace(), stream=PlainTextResponse("stream"))) as client:
        stream = await client.get("/graphql", headers={"accept": "text/event-stream"})
        plain = await client.get("/graphql", params={"query": "{ hello }"})

    assert (stream.text, plain.json()["data"]) == ("stream", {"hello": "Hello, you!"})


async def test_without_a_stream_it_is_not_acceptable(client):
    response = await client.get("/graphql", headers={"accept": "text/event-stream"})

    assert response.status_code == 406


async def test_an_unknown_caller_is_asked_to_authenticate(client):
    response = await client.post(
        "/graphql", json={"query": "{ hello }"}, headers={"authorization": "Bearer wrong"}
    )

    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_bug_of_ours_shows_nothing(client):
    with capture_logs() as lines:
        response = await client.post("/graphql", json={}, headers={"authorization": "Bearer bug"})

    assert (response.status_code, code_of(response)) == (500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in response.text
    assert isinstance(lines[0]["exc_info"], RuntimeError)


async def test_apollos_persisted_queries_work(client):
    query = "{ hello }"
    digest = sha256(query.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}

    unknown = await client.post("/graphql", json={"extensions": extensions})
    kept = await client.post("/graphql", json={"query": query, "extensions": extensions})
    known = await client.get("/graphql", params={"extensions": orjson.dumps(extensions).decode()})

    assert (unknown.status_code, code_of(unknown)) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert kept.json() == known.json() and "data" in known.json()


async def test_points_are_charged_before_an_operation_runs(monkeypatch):
    monkeypatch.setattr(settings, "points_burst", 2)
    monkeypatch.setattr(settings, "points_per_second", 0.1)
    async with client_of(Endpoint(ToyFace())) as client:
        first = await client.post("/graphql", json={"query": "{ a: hello b: hello }"})
        second = await client.post("/graphql", json={"query": "{ hello }"})

    assert (first.status_code, second.status_code) == (200, 429)
    assert (code_of(second), second.headers["retry-after"]) == ("RATE_LIMITED", "10")


async def test_refused_documents_are_charged_too(monkeypatch):
    monkeypatch.setattr(settings, "points_burst", 30)
    async with client_of(Endpoint(ToyFace())) as client:
        answers = [await client.post("/graphql", json={"query": "{"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]


async def test_principals_have_points_of_their_own(monkeypatch):
    monkeypatch.setattr(settings, "points_burst", 1)
    rates = Rates()
    ada = ToyFace()
    grace = replace(ada, actor=replace(ada.actor, credential_id=13))
    answers: list[int] = []

    for face in (ada, grace):
        async with client_of(Endpoint(face, rates=rates)) as client:
            answers.append((await client.post("/graphql", json={"query": "{ hello }"})).status_code)

    assert answers == [200, 200]


@pytest.mark.parametrize(
    ("actor", "headers", "status"),
    [
        (Actor(ActorKind.CUSTOMER, 1, frozenset()), {}, 200),
        (ToyFace.actor, {"authorization": "Bearer wrong"}, 401),
    ],
)
async def test_the_requests_of_an_anonymous_address_are_counted(monkeypatch, actor, headers, status):
    monkeypatch.setattr(settings, "anonymous_burst", 1)
    async with client_of(Endpoint(ToyFace(actor=actor))) as client:
        answers = [
            await client.post("/graphql", json={"query": "{ hello }"}, headers=headers) for _ in range(2)
        ]

    assert [answer.status_code for answer in answers] == [status, 429]


async def test_one_line_can_be_logged_of_each_request(client, calls):
    response = await client.post("/graphql", json={"query": "query Greet { hello }"})

    assert len(calls) == 1
    assert calls[0].duration_ms > 0
    assert replace(calls[0], duration_ms=0) == Call(
        request_id=response.headers["x-request-id"],
        method="POST",
        path="/graphql",
        status=200,
        operation="Greet",
        kind="query",
        cost=1,
        principal="API_KEY:12",
    )


async def test_a_log_line_holds_nothing_of_what_was_said():
    async with client_of(Endpoint(ToyFace())) as client:
        with capture_logs() as lines:
            query = "query ($n: String!) { hello(name: $n) }"
            await client.post(
                "/graphql",
                json={"query": query, "variables": {"n": "canary"}},
                headers={"authorization": "Bearer canary"},
            )

    assert len(lines) == 1
    assert "canary" not in str(lines)
