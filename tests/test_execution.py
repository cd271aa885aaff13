"""Running a prepared operation."""

import orjson
import pytest

from realtime.requests import Refused
from schema.execution import execute
from settings import settings
from tests.toy import prepare, schema


async def _answer(query: str, root: object = None) -> dict[str, object]:
    return orjson.loads(await execute(schema, prepare(query), context=None, root=root))


async def test_a_result_carries_its_cost():
    answer = await _answer("{ hello }")

    assert answer == {
        "data": {"hello": "Hello, you!"},
        "extensions": {"cost": {"requested": 1, "limit": settings.query_cost}},
    }


async def test_what_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(settings, "query_seconds", 0.01)

    answer = await _answer("{ wait hello }")

    assert answer["data"] is None
    assert answer["errors"] == [
        {
            "message": "This took longer than 0.01 seconds. Please ask for less.",
            "extensions": {"code": "TIMEOUT"},
        }
    ]


async def test_an_operation_in_time_is_not_ended(monkeypatch):
    monkeypatch.setattr(settings, "query_seconds", 5)

    assert "errors" not in await _answer("{ hello }")


async def test_what_nothing_resolves_is_refused():
    query = "query ($if: Boolean = true) { hello @skip(if: $if) }"

    with pytest.raises(Refused) as refused:
        await execute(schema, prepare(query, {"if": None}), context=None)

    assert refused.value.errors[0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_an_event_of_a_subscription_is_its_root():
    assert await _answer("subscription { ticks }", root=5) == {"data": {"ticks": 5}}
