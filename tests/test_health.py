"""/healthz and /readyz: what the process says of itself."""

import asyncio

import pytest

from tests.web_client import client_of
from web import health
from web.health import Check, Health, database_answers


async def well() -> bool:
    return True


async def unwell() -> bool:
    return False


async def raising() -> bool:
    raise ConnectionError("password=swordfish")


async def silent() -> bool:
    await asyncio.Event().wait()
    return True


async def test_a_process_that_turns_is_healthy_even_when_nothing_else_is():
    client = client_of(Health([Check("database", raising)]).routes)

    answer = await client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok")


async def test_it_is_ready_when_every_part_is_well():
    client = client_of(Health([Check("database", well), Check("doorbell", well, is_vital=False)]).routes)

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "degraded": []})


async def test_it_goes_on_without_its_doorbell_and_says_so():
    client = client_of(Health([Check("database", well), Check("doorbell", unwell, is_vital=False)]).routes)

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "degraded": ["doorbell"]})


@pytest.mark.parametrize("ask", [unwell, raising, silent])
async def test_it_is_not_ready_without_a_vital_part_and_does_not_say_why(ask, monkeypatch):
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    client = client_of(Health([Check("database", ask), Check("doorbell", well)]).routes)

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "degraded", "degraded": ["database"]})


async def test_checks_are_made_side_by_side(monkeypatch):
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.2)
    client = client_of(Health([Check(str(number), silent) for number in range(20)]).routes)

    async with asyncio.timeout(2):
        answer = await client.get("/readyz")

    assert len(answer.json()["degraded"]) == 20


async def test_a_process_that_drains_wants_no_more_but_is_healthy():
    parts = Health([Check("database", well)])
    client = client_of(parts.routes)

    parts.drain()

    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "draining")
    assert (await client.get("/healthz")).status_code == 200


async def test_a_database_that_answers_is_well(database):
    client = client_of(Health([Check("database", database_answers)]).routes)

    answer = await client.get("/readyz")

    assert answer.json() == {"status": "ready", "degraded": []}
