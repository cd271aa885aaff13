"""Nobody's client breaks unannounced: the schemas against those of the last release."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, find_breaking_changes

from schema.printing import printed

DOCS = Path(__file__).parent.parent / "docs"
RELEASED = DOCS / "api" / "released"
POLICY = DOCS / "api" / "changes.md"
LISTED = re.compile(r"^- `([^`]+)`: ", re.MULTILINE)


def broken(before: str, after: str) -> list[str]:
    """Return what a client of one schema cannot do any more with the other."""
    return [change.description for change in find_breaking_changes(build_schema(before), build_schema(after))]


@pytest.mark.parametrize("name", ["schema.graphql", "public.graphql"])
def test_what_breaks_clients_is_listed_with_its_reason(name):
    released = (RELEASED / name).read_text(encoding="utf-8")

    listed = LISTED.findall(POLICY.read_text(encoding="utf-8"))
    assert [change for change in broken(released, printed()[name]) if change not in listed] == []


def test_only_what_is_broken_is_listed():
    found = [
        change
        for name, text in printed().items()
        for change in broken((RELEASED / name).read_text(encoding="utf-8"), text)
    ]

    assert set(LISTED.findall(POLICY.read_text(encoding="utf-8"))) <= set(found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("type Query { a: Int b: Int }", "type Query { a: Int }"),
        ("type Query { a: Int b: Int }", "type Query { a: ID b: Int }"),
        ("type Query { a: Int! }", "type Query { a: Int }"),
        ("type Query { a(of: Int): Int }", "type Query { a(of: Int!): Int }"),
        ("enum E { A B } type Query { e: E }", "enum E { A } type Query { e: E }"),
    ],
)
def test_the_check_bites(before, after):
    assert len(broken(before, after)) == 1
    assert broken(before, before) == []
