"""Signing in and out over HTTP, and what keeps others from doing it."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import uvicorn
from cast import PASSWORD, Desk

from models import clock
from models.errors import Unauthenticated
from models.people import Person
from models.sessions import SigninTry
from realtime.cookies import session_secret
from resolvers import passwords, sessions
from settings import settings
from tests.web_client import app_of, client_of
from web.proxies import proxy_options
from web.sessions import BODY_BYTES, session_routes

ADA = "ada@acme.example"
FOREIGN = "https://evil.example"


@pytest.fixture
def client(desk: Desk) -> httpx.AsyncClient:
    return client_of(session_routes())


def right() -> dict[str, str]:
    return {"email": ADA, "password": PASSWORD}


def wrong() -> dict[str, str]:
    return {"email": ADA, "password": "not this one"}


async def test_signing_in_gives_a_cookie_that_scripts_cannot_read_and_that_names_the_member(client, desk):
    answer = await client.post("/session", json=right())

    cookie = answer.headers["set-cookie"]
    actor = await sessions.authenticate(answer.cookies["deskwire"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert cookie.endswith("; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax")
    assert actor.member_id == desk.ada.actor.member_id


async def test_over_https_the_cookie_never_leaves_https_and_belongs_to_this_host_alone(desk, monkeypatch):
    monkeypatch.setattr(settings, "base_url", "https://desk.example")
    client = client_of(session_routes(), base_url="https://desk.example")

    signed_in = await client.post("/session", json=right())
    signed_out = await client.delete("/session")

    for cookie in (signed_in.headers["set-cookie"], signed_out.headers["set-cookie"]):
        assert cookie.startswith("__Host-deskwire=")
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


async def test_a_workspace_can_be_named(client, desk):
    there = await client.post("/session", json=right() | {"workspace": "acme"})
    elsewhere = await client.post("/session", json=right() | {"workspace": "other"})

    assert (there.status_code, elsewhere.status_code) == (204, 401)


async def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(client, desk):
    secret = (await client.post("/session", json=right())).cookies["deskwire"]

    answer = await client.delete("/session")

    assert answer.status_code == 204
    assert "deskwire" not in client.cookies
    with pytest.raises(Unauthenticated):
        await sessions.authenticate(secret)


async def test_signing_out_without_a_session_is_no_error(client):
    answer = await client.delete("/session", headers={"cookie": "deskwire=dws_unknown"})

    assert answer.status_code == 204


async def test_signing_in_again_ends_the_session_before(client, desk):
    first = (await client.post("/session", json=right())).cookies["deskwire"]

    second = (await client.post("/session", json=right())).cookies["deskwire"]

    assert (await sessions.authenticate(second)).member_id == desk.ada.actor.member_id
    with pytest.raises(Unauthenticated):
        await sessions.authenticate(first)


async def test_an_unknown_account_is_answered_like_a_wrong_password_and_as_slowly(client, desk):
    await Person.filter(email=ADA).update(password_hash=await passwords.hashed(PASSWORD))

    known, known_seconds = await timed(client, wrong())
    unknown, unknown_seconds = await timed(client, wrong() | {"email": "nobody@acme.example"})

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.status_code == 401
    assert "set-cookie" not in known.headers
    assert 0.4 < known_seconds / unknown_seconds < 2.5


async def test_after_five_wrong_tries_even_the_right_password_has_to_wait(client, desk):
    for _ in range(5):
        await client.post("/session", json=wrong())

    answer = await client.post("/session", json=right())

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert answer.json()["code"] == "RATE_LIMITED"


async def test_after_the_window_one_may_try_again(client, desk):
    for _ in range(6):
        await client.post("/session", json=wrong())

    with clock.stand_at(clock.now() + timedelta(minutes=settings.signin_window_minutes + 1)):
        answer = await client.post("/session", json=right())

    assert answer.status_code == 204


async def test_one_address_that_tries_many_accounts_is_slowed_down(desk, monkeypatch):
    monkeypatch.setattr(settings, "anonymous_burst", 3)
    monkeypatch.setattr(settings, "anonymous_per_second", 0.01)
    client = client_of(session_routes())

    statuses = [
        (await client.post("/session", json={"email": f"{n}@acme.example", "password": "x"})).status_code
        for n in range(4)
    ]

    assert statuses == [401, 401, 401, 429]


async def test_a_client_cannot_give_itself_another_address(desk):
    async with serving() as url, httpx.AsyncClient(base_url=url) as client:
        for number in range(5):
            await client.post("/session", json=wrong(), headers={"x-forwarded-for": f"192.0.2.{number}"})

        answer = await client.post("/session", json=right(), headers={"x-forwarded-for": "192.0.2.9"})

    assert answer.status_code == 429
    assert {attempt.address for attempt in await SigninTry.all()} == {"127.0.0.1"}


async def test_the_address_that_a_trusted_proxy_tells_is_the_one_that_counts(desk, monkeypatch):
    monkeypatch.setattr(settings, "trusted_proxies", ["127.0.0.1"])
    async with serving() as url, httpx.AsyncClient(base_url=url) as client:
        await client.post("/session", json=wrong(), headers={"x-forwarded-for": "192.0.2.1"})

    assert {attempt.address for attempt in await SigninTry.all()} == {"192.0.2.1"}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": FOREIGN},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_foreign_page_can_neither_sign_in_nor_out(client, desk, method, headers):
    secret = (await client.post("/session", json=right())).cookies["deskwire"]

    answer = await client.request(method, "/session", json=right(), headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert (await sessions.authenticate(secret)).member_id == desk.ada.actor.member_id


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://desk.example", "sec-fetch-site": "same-origin"},
        {"origin": "https://partner.example"},
    ],
)
async def test_our_own_and_trusted_pages_can(client, desk, headers, monkeypatch):
    monkeypatch.setattr(settings, "trusted_origins", ["https://partner.example"])

    answer = await client.post("/session", json=right(), headers=headers)

    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 400),
        (b"5", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 10_000, "application/json", 400),
        (b'{"email": 5, "password": "x"}', "application/json", 400),
        (b'{"email": "a\\u0000b", "password": "x"}', "application/json", 400),
        (b'{"email": "a", "password": "x", "workspace": 5}', "application/json", 400),
        (b'{"email": "a", "password": "x"}', "text/plain", 415),
        (b"email=a&password=x", "application/x-www-form-urlencoded", 415),
        (b'"' + b"x" * (BODY_BYTES - 2) + b'"', "application/json", 400),
        (b'"' + b"x" * (BODY_BYTES - 1) + b'"', "application/json", 413),
    ],
)
async def test_what_is_no_sign_in_is_refused_in_fixed_words(client, body, kind, status):
    answer = await client.post("/session", content=body, headers={"content-type": kind})

    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}


def test_a_long_cookie_header_is_read_in_no_time():
    began = time.monotonic()

    found = session_secret('a="\\' + "x" * (settings.cookie_bytes - 20) + "; deskwire=s")

    assert found == "s"
    assert session_secret("deskwire=s; " + "x" * settings.cookie_bytes) is None
    assert time.monotonic() - began < 0.1


async def timed(client: httpx.AsyncClient, fields: dict[str, str]) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = await client.post("/session", json=fields)
    return answer, time.monotonic() - began


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """Serve with uvicorn on a free port; return the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app_of(session_routes()), log_config=None, lifespan="off", **proxy_options())
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task
