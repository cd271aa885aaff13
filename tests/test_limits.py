"""What a document may look like, each limit at and over it."""

import time
from collections.abc import Callable

import pytest
from graphql import get_introspection_query, parse

from realtime.requests import Refused
from schema.limits import check_limits
from settings import settings
from tests.toy import prepare


def _deep(levels: int) -> str:
    return "{ top " + "{ inner " * (levels - 2) + "{ name }" + " }" * (levels - 2) + " }"


def _aliases(count: int) -> str:
    return "{ top { " + " ".join(f"a{n}: name" for n in range(count)) + " } }"


def _roots(count: int) -> str:
    return "{ " + " ".join(f"a{n}: hello" for n in range(count)) + " }"


def _directives(count: int) -> str:
    return "{ top { " + "name @include(if: true) " * count + "} }"


def _repeats(count: int) -> str:
    return "{ top { name " + "name " * count + "} }"


def _inline(count: int) -> str:
    return "{ top { " + "... { name } " * count + "} }"


def _doubling(levels: int) -> str:
    doubled = (f"fragment f{n} on Node {{ ...f{n + 1} ...f{n + 1} }}" for n in range(levels))
    return f"{{ top {{ ...f0 }} }} {' '.join(doubled)} fragment f{levels} on Node {{ name }}"


def _code(query: str) -> object:
    with pytest.raises(Refused) as refused:
        prepare(query)
    return refused.value.errors[0]["extensions"]


LIMITS = [
    (_deep, "query_depth"),
    (_aliases, "query_aliases"),
    (_roots, "query_root_fields"),
    (_directives, "query_directives"),
    (_repeats, "query_spreads"),
    (_inline, "query_spreads"),
]


@pytest.mark.parametrize(("query", "limit"), LIMITS)
def test_a_document_at_a_limit_runs(query, limit, monkeypatch):
    monkeypatch.setattr(settings, limit, 10)

    assert prepare(query(10)).cost > 0


@pytest.mark.parametrize(("query", "limit"), LIMITS)
def test_a_document_over_a_limit_is_refused(query, limit, monkeypatch):
    monkeypatch.setattr(settings, limit, 10)

    assert _code(query(11)) == {"code": "QUERY_TOO_EXPENSIVE"}


@pytest.mark.parametrize(("query", "limit"), LIMITS)
def test_a_fragment_hides_nothing_from_a_limit(query, limit, monkeypatch):
    monkeypatch.setattr(settings, limit, 10)
    hidden = f"fragment F on Query {query(11)} query {{ ...F }}"

    assert _code(hidden) == {"code": "QUERY_TOO_EXPENSIVE"}


def test_the_length_of_a_document_has_a_limit(monkeypatch):
    monkeypatch.setattr(settings, "query_characters", 9)

    assert prepare("{ hello }").cost == 1
    assert _code("{  hello }") == {"code": "QUERY_TOO_EXPENSIVE"}


def test_the_tokens_of_a_document_have_a_limit(monkeypatch):
    monkeypatch.setattr(settings, "query_tokens", 6)

    assert prepare("{ top { name } }").cost == 2
    assert _code("{ top { name name } }") == {"code": "QUERY_TOO_EXPENSIVE"}


def test_variables_and_unused_operations_count_too(monkeypatch):
    monkeypatch.setattr(settings, "query_aliases", 1)

    assert _code("query A { hello } query B { a: hello b: hello }") == {"code": "QUERY_TOO_EXPENSIVE"}


@pytest.mark.parametrize("levels", [30, 90, 198])
def test_doubling_fragments_are_refused_at_once(levels):
    query = _doubling(levels)
    prepare("{ hello }")

    assert _code(query) == {"code": "QUERY_TOO_EXPENSIVE"}
    assert _quickest(lambda: _code(f"{query} #{time.monotonic_ns()}")) < 0.05


def test_two_hundred_levels_of_doubling_fragments_are_weighed_in_no_time():
    document = parse(_doubling(200))

    def weigh() -> None:
        with pytest.raises(Refused):
            check_limits(document)

    assert _quickest(weigh) < 0.05


def _quickest(call: Callable[[], object]) -> float:
    """Return how many seconds of the processor's time the call takes where nothing gets in its way."""
    took: list[float] = []
    for _ in range(5):
        began = time.thread_time()
        call()
        took.append(time.thread_time() - began)
    return min(took)


def test_doubling_fragments_that_stand_before_their_use_are_refused_too():
    definitions = _doubling(190).split("fragment ")
    backwards = " ".join(f"fragment {each}" for each in reversed(definitions[1:]))

    assert _code(f"{backwards} {definitions[0]}") == {"code": "QUERY_TOO_EXPENSIVE"}


def test_a_cycle_of_fragments_is_the_validators_to_report():
    query = "{ top { ...A } } fragment A on Node { inner { ...B } } fragment B on Node { inner { ...A } }"

    assert _code(query) == {"code": "GRAPHQL_VALIDATION_FAILED"}


def test_the_whole_introspection_query_fits():
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)

    assert prepare(query).cost == 1000


def test_aliases_inside_introspection_are_refused():
    query = "{ __schema { types { a: fields { name } b: fields { name } } } }"

    assert _code(query) == {"code": "QUERY_TOO_EXPENSIVE"}


def test_introspection_cannot_walk_in_circles():
    query = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"

    assert _code(query) == {"code": "GRAPHQL_VALIDATION_FAILED"}
