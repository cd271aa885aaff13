"""What the documents say is so: links, settings, commands, keys of logs, codes, and every snippet."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import settings_table
from graphql import GraphQLSchema, parse, validate
from running_web import RunningWeb
from typer import Typer

import cli
from models import errors
from models.errors import DeskError
from realtime.closings import Closing
from schema import desk
from schema.documents import core_schema
from schema.mutations import UserErrorCode
from schema.public import portal
from web import logs

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
API = (DOCS / "api" / "README.md").read_text(encoding="utf-8")

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```([a-z]*)( public)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
MADE = re.compile(r"\bmake ([a-z]+)")
COMMAND = re.compile(r"\bdeskwire ([a-z]+)")
BODY = re.compile(r"-d '(\{.*?\})'")
FOREIGN = re.compile(r"(?<!/var)/(?:work|tmp|home|root)/|pypi|index-url")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_every_link_leads_somewhere(page: Path):
    targets = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]

    for target in targets:
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_relative_to(ROOT) and file.exists(), target
        assert not anchor or anchor in anchors(file), target


@each_page
def test_a_page_names_nothing_outside_of_the_project(page: Path):
    found = FOREIGN.findall(page.read_text("utf-8"))

    assert found == []


@each_page
def test_every_target_of_make_that_is_named_exists(page: Path):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    named = {name for code in codes(page) for name in MADE.findall(code)}

    assert named <= targets


@each_page
def test_every_command_that_is_named_exists(page: Path):
    named = {name for code in codes(page) for name in COMMAND.findall(code)}

    assert named <= commands(cli.commands)


@each_page
def test_every_snippet_of_graphql_fits_its_schema(page: Path):
    faults = [fault for schema, text in documents(page) for fault in validate(schema, parse(text))]

    assert faults == []


def test_there_are_snippets_for_both_schemas():
    schemas = [schema for page in PAGES for schema, _ in documents(page)]

    assert {core_schema(desk.schema), core_schema(portal.schema)} == set(schemas)


@each_page
def test_every_snippet_of_python_is_python(page: Path):
    for kind, _, text in BLOCK.findall(page.read_text("utf-8")):
        if kind == "python":
            ast.parse(text)


def test_every_folder_has_its_paragraph_in_the_architecture():
    architecture = (DOCS / "architecture.md").read_text("utf-8")
    _, *parts = re.split(r"\*\*`(\w+)/`\*\*", architecture)
    paragraphs = dict(zip(parts[::2], parts[1::2], strict=True))

    for folder in folders(ROOT):
        assert folder.name in paragraphs
        for part in folders(folder):
            assert f"`{part.name}/`" in paragraphs[folder.name], part


def test_every_decision_is_in_their_list():
    listed = LINK.findall((DOCS / "decisions" / "README.md").read_text("utf-8"))

    assert listed == [page.name for page in sorted((DOCS / "decisions").glob("0*.md"))]


def test_the_settings_are_those_of_the_code():
    assert settings_table.written() == settings_table.tables(), "run `python -m tests.settings_table`"


def test_the_keys_of_logs_are_those_of_the_code():
    named = CODE.findall(between(OPERATIONS, "keys"))

    assert sorted(named) == sorted(logs.ALLOWED)


def test_the_codes_of_errors_are_those_of_the_code():
    named = re.findall(r"^\| `([A-Z_]+)` \|", between(API, "codes"), re.MULTILINE)
    refusals = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    ours = {kind.code for kind in refusals if issubclass(kind, DeskError)} | set(UserErrorCode.__members__)
    said = {name for source in (ROOT / "schema").rglob("*.py") for name in codes_in(source)}

    assert len(named) == len(set(named))
    assert set(named) == ours | said


def test_the_closings_of_sockets_are_those_of_the_code():
    rows = re.findall(r"^\| (\d{4}) \| ([^|]+) \|", between(API, "closings"), re.MULTILINE)

    assert sorted(rows) == sorted((str(closing.code), closing.words) for closing in Closing)


async def test_the_metrics_are_those_that_are_served(web: RunningWeb):
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{web.url}/metrics")

    names = re.findall(r"^# TYPE (deskwire_\w+)", answer.text, re.MULTILINE)
    served = {name for name in names if not name.endswith("_created")}
    named = set(re.findall(r"^\| `(deskwire_\w+)` \|", OPERATIONS, re.MULTILINE))
    assert named == served


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def codes(page: Path) -> list[str]:
    """Return what stands in a page as code: between backticks, and in blocks for the shell."""
    text = page.read_text("utf-8")
    blocks = [block for kind, _, block in BLOCK.findall(text) if kind in ("sh", "ini")]
    return CODE.findall(BLOCK.sub("", text)) + blocks


def commands(app: Typer) -> set[str]:
    """Return the names of commands and of groups of them."""
    single = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    return single | {str(group.name) for group in app.registered_groups}


def documents(page: Path) -> Iterator[tuple[GraphQLSchema, str]]:
    """Yield each snippet of GraphQL with the schema it is for, also those in bodies of curl."""
    text = page.read_text("utf-8")
    for kind, public, block in BLOCK.findall(text):
        if kind == "graphql":
            yield core_schema((portal if public else desk).schema), block
    for body in BODY.findall(text):
        yield core_schema(desk.schema), json.loads(body)["query"]


def folders(home: Path) -> list[Path]:
    """Return the folders in `home` that hold code of ours."""
    inside = [path for path in home.iterdir() if path.is_dir() and path.name[0] not in "._"]
    return [path for path in inside if path.name != "node_modules" and any(path.glob("*.py"))]


def between(page: str, mark: str) -> str:
    """Return what stands in a page between two marks."""
    return page.partition(f"<!-- {mark} -->")[2].partition(f"<!-- /{mark} -->")[0]


def codes_in(source: Path) -> set[str]:
    """Return the codes that a module gives to refusals in its own words."""
    text = source.read_text("utf-8")
    return set(re.findall(r'refus\w+\(.+?, "([A-Z_]{4,})"', text)) | set(
        re.findall(r'"code": "([A-Z_]{4,})"', text)
    )
