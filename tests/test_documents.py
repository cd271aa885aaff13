"""From a request to a document that may run."""

from hashlib import sha256

import pytest

from realtime.requests import Refused, Request
from schema.documents import Documents
from settings import settings
from tests.toy import documents

HELLO = "{ hello }"
DIGEST = sha256(HELLO.encode()).hexdigest()
PERSISTED: dict[str, object] = {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}


def _refusal(found: Documents, request: Request) -> Refused:
    with pytest.raises(Refused) as refused:
        found.prepare(request)
    return refused.value


def _code(found: Documents, request: Request) -> str:
    extensions = _refusal(found, request).errors[0]["extensions"]
    assert isinstance(extensions, dict)
    return extensions["code"]


def test_a_prepared_operation_knows_what_it_is():
    request = Request("mutation Go { change }", {"unused": 1})

    prepared = documents().prepare(request)

    assert (prepared.kind, prepared.name, prepared.text) == ("mutation", "Go", request.query)
    assert prepared.variables == {"unused": 1}


def test_a_document_is_parsed_once():
    found = documents()

    first, second = (found.prepare(Request(HELLO)) for _ in range(2))

    assert first.document is second.document


def test_a_long_text_is_not_kept():
    found = documents()
    request = Request(HELLO + " " * 20_000)

    first, second = (found.prepare(request) for _ in range(2))

    assert first.document is not second.document


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ hello(name: ) }", "GRAPHQL_PARSE_FAILED"),
        ("{" * 150, "GRAPHQL_PARSE_FAILED"),
        ("{ hello(name: " + "[" * 900 + "]" * 900 + ") }", "QUERY_TOO_EXPENSIVE"),
        ('{ hello(name: "\\ud800") }', "GRAPHQL_PARSE_FAILED"),
        ("{ unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ hello } { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("type Query { a: Int }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ hello(count: " + "9" * 5000 + ") }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ filtered(by: {colour: BLUE}) }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ hello(name: $missing) }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
def test_what_may_not_run_has_its_code(query: str, code: str):
    assert _code(documents(), Request(query)) == code


@pytest.mark.parametrize("value", ["text", 1.5, 2**40, True, [], {}])
def test_a_variable_of_another_type_is_the_clients_mistake(value: object):
    request = Request("query ($n: Int!) { hello(count: $n) }", {"n": value})

    assert _code(documents(), request) == "BAD_USER_INPUT"


def test_an_operation_is_chosen_by_its_name():
    request = Request("query A { hello } mutation B { change }", operation_name="B")

    assert documents().prepare(request).kind == "mutation"


def test_an_unknown_operation_name_is_refused():
    request = Request("query A { hello }", operation_name="C")

    assert _code(documents(), request) == "OPERATION_RESOLUTION_FAILURE"


def test_a_refusal_says_where_the_mistake_is():
    errors = _refusal(documents(), Request("{ hello unknown }")).errors

    assert errors[0]["locations"] == [{"line": 1, "column": 9}]


def test_at_most_fifty_mistakes_are_named():
    query = "{ top { " + " ".join(f"x{n}" for n in range(200)) + " } }"

    assert len(_refusal(documents(), Request(query)).errors) <= 50


def test_introspection_can_be_off():
    found = documents(introspection=False)

    assert _code(found, Request("{ __schema { types { name } } }")) == "GRAPHQL_VALIDATION_FAILED"
    assert _code(found, Request('{ __type(name: "Query") { name } }')) == "GRAPHQL_VALIDATION_FAILED"
    assert found.prepare(Request("{ __typename }")).cost == 1


@pytest.mark.parametrize(
    "request_",
    [
        Request("{ helo }"),
        Request("{ hello(nam: 1) }"),
        Request("{ filtered(by: {colour: RAD}) }"),
        Request("query ($c: Colour) { filtered(by: {colour: $c}) }", {"c": "RAD"}),
        Request("query ($f: Filter) { filtered(by: $f) }", {"f": {"color": "RED"}}),
    ],
)
def test_suggestions_can_be_off(request_: Request):
    shown = _refusal(documents(), request_).errors
    hidden = _refusal(documents(suggestions=False), request_).errors

    assert "Did you mean" in str(shown)
    assert "Did you mean" not in str(hidden)


def test_an_unknown_hash_asks_for_the_whole_text():
    refusal = _refusal(documents(), Request(extensions=PERSISTED))

    assert refusal.errors == [
        {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
    ]


@pytest.mark.parametrize(
    "later",
    [Request(extensions=PERSISTED), Request(document_id=DIGEST), Request(document_id=f"sha256:{DIGEST}")],
)
def test_a_document_sent_with_its_hash_is_found_by_it(later: Request):
    found = documents()
    found.prepare(Request(HELLO, extensions=PERSISTED))

    prepared = found.prepare(later)

    assert prepared.text == HELLO


def test_a_document_of_ours_is_found_by_its_hash_from_the_start():
    found = documents()
    found.keep(HELLO)

    assert found.prepare(Request(document_id=DIGEST)).text == HELLO


def test_a_document_sent_without_a_hash_is_not_kept():
    found = documents()
    found.prepare(Request(HELLO))

    assert _code(found, Request(document_id=DIGEST)) == "PERSISTED_QUERY_NOT_FOUND"


def test_a_document_that_is_not_valid_is_not_kept():
    found = documents()
    text = "{ unknown }"
    digest = sha256(text.encode()).hexdigest()
    _refusal(found, Request(text, document_id=digest))

    assert _code(found, Request(document_id=digest)) == "PERSISTED_QUERY_NOT_FOUND"


def test_only_so_many_documents_are_kept(monkeypatch):
    monkeypatch.setattr(settings, "documents_cached", 1)
    found = documents()
    found.keep(HELLO)

    found.keep("{ top { name } }")

    assert _code(found, Request(document_id=DIGEST)) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request(), "BAD_REQUEST"),
        (Request("{ top }", extensions=PERSISTED), "BAD_REQUEST"),
        (Request(document_id="../../etc/passwd"), "BAD_REQUEST"),
        (Request(extensions={"persistedQuery": 1}), "BAD_REQUEST"),
        (Request(extensions={"persistedQuery": {"version": 1}}), "BAD_REQUEST"),
        (Request(extensions={"persistedQuery": {"version": 2}}), "PERSISTED_QUERY_NOT_SUPPORTED"),
    ],
)
def test_a_hash_that_is_none_is_refused(request_: Request, code: str):
    assert _code(documents(), request_) == code
