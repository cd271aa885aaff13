"""docs/features.md: each feature leads to where it is found, and to the tests that would fail without it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import schema_walk
from graphql import GraphQLEnumType, GraphQLInputObjectType

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([A-I]\d) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NUMBERS = {"A": 8, "B": 8, "C": 4, "D": 7, "E": 5, "F": 6, "G": 7, "H": 8, "I": 5}
NOT_YET = "not yet"
SHARED = ROOT.parent / "shared" / "FEATURES.md"

ROWS = ROW.findall(PAGE)
BUILT = [row for row in ROWS if row[3] != NOT_YET]


def test_every_feature_has_a_row():
    expected = [f"{part}{nth}" for part, count in NUMBERS.items() for nth in range(1, count + 1)]

    assert [row[0] for row in ROWS] == expected


@pytest.mark.parametrize(("number", "where"), [(row[0], row[2]) for row in BUILT], ids=str)
def test_what_a_row_names_is_there(number, where):
    named = re.findall(r"`([^`]+)`", where)

    assert named, f"{number} names no place"
    assert [name for name in named if not _is_there(name)] == []


@pytest.mark.parametrize(("number", "tests"), [(row[0], row[3]) for row in BUILT], ids=str)
def test_the_tests_of_a_row_are_there(number, tests):
    named = re.findall(r"`([^`]+)`", tests)

    assert named, f"{number} has no test"
    assert [name for name in named if not _is_test(name)] == []


def test_what_is_not_built_names_no_test():
    assert [row[0] for row in ROWS if (row[2] == NOT_YET) != (row[3] == NOT_YET)] == []


def test_the_rows_are_those_that_were_asked_for():
    if not SHARED.exists():
        pytest.skip("the list of what was asked for is not beside the project")
    asked = re.findall(r"^\| ([A-I]\d) \|", SHARED.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(asked) <= {row[0] for row in ROWS}


def _is_there(name: str) -> bool:
    """Tell whether it is a field, a type, a value of an enum, an address that we serve, or a command."""
    if name.startswith("/"):
        return any(f'"{name}' in text for text in _sources())
    if name.startswith("deskwire "):
        return f'"{name.split()[1]}"' in (ROOT / "cli.py").read_text() or f"def {name.split()[1]}" in "".join(
            _sources()
        )
    on, _, field = name.rpartition(".")
    return (on, field) in _names() if on else name in {each for _, each in _names()}


@cache
def _names() -> set[tuple[str, str]]:
    """Return all (type, name) pairs of both schemas; types themselves stand on nothing."""
    found: set[tuple[str, str]] = set()
    for schema in (schema_walk.DESK, schema_walk.PUBLIC):
        for each in schema_walk.types(schema):
            parts = each.values if isinstance(each, GraphQLEnumType) else getattr(each, "fields", {})
            found |= {("", each.name), *((each.name, name) for name in parts)}
            if isinstance(each, GraphQLInputObjectType):
                found |= {("", name) for name in each.fields}
        for on, name, field in schema_walk.fields(schema):
            found |= {(f"{on.name}.{name}", argument) for argument in field.args}
    return found


@cache
def _sources() -> tuple[str, ...]:
    folders = ("web", "schema", "realtime", "resolvers", "jobs")
    files = [*ROOT.glob("*.py"), *(file for name in folders for file in (ROOT / name).rglob("*.py"))]
    return tuple(file.read_text(encoding="utf-8") for file in files)


def _is_test(name: str) -> bool:
    """Tell whether `test_x.py::test_y` is a test of ours."""
    file, _, function = name.partition("::")
    path = ROOT / "tests" / file
    return path.exists() and function in _functions(path)


@cache
def _functions(path: Path) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}
