"""The shape of a GraphQL request."""

import pytest

from models.errors import Invalid
from realtime.requests import NESTING, Request, request_from


def _nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def test_a_whole_request_is_read():
    payload = {
        "query": "{ a }",
        "variables": {"x": 1},
        "operationName": "A",
        "extensions": {"y": 2},
        "documentId": "abc",
    }

    request = request_from(payload)

    assert request == Request("{ a }", {"x": 1}, "A", {"y": 2}, "abc")


def test_null_and_absent_are_the_same():
    payload = {"query": "{ a }", "variables": None, "operationName": None, "extensions": None}

    request = request_from(payload)

    assert request == Request("{ a }")


@pytest.mark.parametrize(
    "payload",
    [
        None,
        5,
        "{ a }",
        True,
        {"query": 1},
        {"query": ["{ a }"]},
        {"query": "{ a }", "variables": []},
        {"query": "{ a }", "variables": "{}"},
        {"query": "{ a }", "operationName": 0},
        {"query": "{ a }", "extensions": False},
        {"documentId": {}},
    ],
)
def test_another_shape_is_refused(payload: object):
    with pytest.raises(Invalid, match=r"must be a"):
        request_from(payload)


def test_a_batch_is_refused():
    with pytest.raises(Invalid, match="Batching is off"):
        request_from([{"query": "{ a }"}])


def test_nesting_is_allowed_up_to_the_limit():
    # the payload itself and `variables` are two levels
    request = request_from({"query": "{ a }", "variables": {"x": _nested(NESTING - 2)}})

    assert request.variables is not None


def test_nesting_is_refused_past_the_limit():
    with pytest.raises(Invalid, match="levels deep"):
        request_from({"query": "{ a }", "variables": {"x": _nested(NESTING - 1)}})
