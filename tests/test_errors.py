"""Errors of an execution, as clients see them. What is ours is masked, what is theirs is not."""

import orjson
import pytest
import structlog
from graphql import GraphQLError
from structlog.testing import capture_logs

from schema.errors import format_error
from schema.execution import execute
from settings import settings
from tests.toy import prepare, schema


async def _answer(query: str, variables: dict[str, object] | None = None) -> dict[str, object]:
    return orjson.loads(await execute(schema, prepare(query, variables), context=None))


async def _error(query: str, variables: dict[str, object] | None = None) -> dict[str, object]:
    errors = (await _answer(query, variables))["errors"]
    assert isinstance(errors, list)
    return errors[0]


async def test_a_refusal_keeps_its_words_and_code():
    error = await _error("{ refuse }")

    assert error == {
        "message": "Please choose another title.",
        "path": ["refuse"],
        "extensions": {"code": "BAD_USER_INPUT", "path": ["title"]},
    }


@pytest.mark.parametrize("field", ["fail", "null"])
async def test_a_bug_of_ours_shows_nothing_but_its_request(field: str):
    with structlog.contextvars.bound_contextvars(request_id="r1"), capture_logs():
        error = await _error(f"{{ {field} }}")

    assert error == {
        "message": "Unexpected error.",
        "path": [field],
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "r1"},
    }


async def test_a_bug_of_ours_is_logged_whole():
    with capture_logs() as lines:
        await _error("{ fail }")

    assert isinstance(lines[0]["exc_info"], RuntimeError)
    assert str(lines[0]["exc_info"]) == "the secret password"


async def test_a_refusal_is_not_logged_as_a_bug():
    with capture_logs() as lines:
        await _error("{ refuse }")

    assert lines == []


async def test_a_bad_argument_is_the_clients_mistake():
    query = "query ($c: Int) { hello(count: $c) }"

    error = await _error(query, {"c": None})

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "count" in str(error["message"])


def test_a_bad_variable_is_the_clients_mistake():
    error = GraphQLError("Variable '$n' has invalid value.")

    formatted = format_error(error)

    assert formatted == {"message": error.message, "extensions": {"code": "BAD_USER_INPUT"}}


async def test_at_most_fifty_errors_are_sent(monkeypatch):
    monkeypatch.setattr(settings, "query_aliases", 60)
    monkeypatch.setattr(settings, "query_root_fields", 60)
    query = "{ " + " ".join(f"a{n}: refuse" for n in range(60)) + " }"

    answer = await _answer(query)

    assert len(answer["errors"]) == 50  # type: ignore[arg-type]
