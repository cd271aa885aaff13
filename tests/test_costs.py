"""The static cost of an operation."""

import pytest

from realtime.requests import Refused
from settings import settings
from tests.toy import prepare

ROW = "{ edges { node { name } } }"  # 3 points a row


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ hello }", {}, 1),
        ("{ top { inner { name } } }", {}, 3),
        (f"{{ page {ROW} }}", {}, 1 + 25 * 3),
        (f"{{ page(first: 10) {ROW} }}", {}, 1 + 10 * 3),
        (f"{{ page(last: 10) {ROW} }}", {}, 1 + 10 * 3),
        (f"{{ page(first: 2, last: 10) {ROW} }}", {}, 1 + 10 * 3),
        (f"{{ page(first: null) {ROW} }}", {}, 1 + 25 * 3),
        (f"{{ page(first: 0) {ROW} }}", {}, 1 + 3),
        (f"{{ page(first: -5) {ROW} }}", {}, 1 + 3),
        (f"{{ page(first: 2000) {ROW} }}", {}, 1 + 100 * 3),
        (f"query ($n: Int) {{ page(first: $n) {ROW} }}", {"n": 7}, 1 + 7 * 3),
        (f"query ($n: Int) {{ page(first: $n) {ROW} }}", {}, 1 + 25 * 3),
        (f"query ($n: Int = 4) {{ page(first: $n) {ROW} }}", {}, 1 + 4 * 3),
        ('{ nodes(ids: ["1", "2", "3"]) { name } }', {}, 1 + 3),
        ('{ nodes(ids: "1") { name } }', {}, 1 + 1),
        ("query ($i: [ID!]!) { nodes(ids: $i) { name } }", {"i": ["1", "2"]}, 1 + 2),
        (f"{{ ...F }} fragment F on Query {{ page(first: 5) {ROW} }}", {}, 1 + 5 * 3),
        (f"{{ ... on Query {{ page(first: 5) {ROW} }} }}", {}, 1 + 5 * 3),
        ("{ __typename }", {}, 1),
        ("{ __schema { types { name } } }", {}, 1000),
        ("mutation { change }", {}, 1),
    ],
)
def test_an_operation_costs_its_fields_times_their_rows(query, variables, cost):
    assert prepare(query, variables).cost == cost


def test_an_operation_at_the_limit_runs(monkeypatch):
    monkeypatch.setattr(settings, "query_cost", 31)

    assert prepare(f"{{ page(first: 10) {ROW} }}").cost == 31


def test_an_operation_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(settings, "query_cost", 30)

    with pytest.raises(Refused, match="costs 31 points; at most 30") as refused:
        prepare(f"{{ page(first: 10) {ROW} }}")

    assert refused.value.errors[0]["extensions"] == {"code": "QUERY_TOO_EXPENSIVE"}


def test_the_cost_follows_the_variables_of_each_request(monkeypatch):
    query = f"query ($n: Int) {{ page(first: $n) {ROW} }}"

    costs = [prepare(query, {"n": n}).cost for n in (1, 2)]

    assert costs == [4, 7]


@pytest.mark.parametrize(("count", "fits"), [(100, True), (101, False)])
def test_so_many_ids_fit_into_one_argument(count, fits):
    ids = [str(n) for n in range(count)]
    literal = ", ".join(f'"{each}"' for each in ids)
    requests = [
        (f"{{ nodes(ids: [{literal}]) {{ name }} }}", {}),
        ("query ($i: [ID!]!) { nodes(ids: $i) { name } }", {"i": ids}),
    ]

    for query, variables in requests:
        assert _fits(query, variables) is fits


def _fits(query: str, variables: dict[str, object]) -> bool:
    try:
        prepare(query, variables)
    except Refused as refused:
        assert refused.errors[0]["extensions"] == {"code": "BAD_USER_INPUT"}
        return False
    return True
