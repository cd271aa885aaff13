"""What holds the code together: who imports whom, how long things are, what they are called."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from jobs.retries import RETRY_MINUTES
from jobs.work import REACT
from models.events import Kind
from models.reactions import NOTICES, REACTIONS, Reaction

ROOT = Path(__file__).parent.parent
LAYERS = (
    ("settings",),
    ("models",),
    ("resolvers",),
    ("realtime",),
    ("jobs", "schema", "web", "widget"),
    ("app",),
    ("cli",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FACES = {"strawberry", "graphql", "starlette", "uvicorn", "dramatiq", "broadcaster"}
FILE_LINES = 300
FUNCTION_LINES = 40

FIND_THEIR_ACTOR = {
    "sessions.sign_in": "who signs in is nobody before",
    "tokens.authenticate": "it returns the actor behind the secret",
    "tokens.authenticate_reply": "it returns the actor behind the secret",
    "tokens.authenticate_survey": "it returns the actor behind the secret",
    "tokens.recognize": "it returns the actor behind the secret",
    "tokens.recognize_survey": "it returns the actor behind the secret",
    "invitations.accept": "who accepts is nobody before",
    "sessions.open_session": "it takes the member who acts",
    "workspaces.found": "an operator's: there is no workspace yet to act in",
    "workspaces.add_member": "an operator's, from the command line",
}
"""Operations that take no actor, and why."""

CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "gmtime", "localtime", "ctime"},
}
UNUSED_WORDS = {
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "handler", "processor",
    "data", "info", "obj",
}  # fmt: skip
UNUSED_STARTS = ("do_", "get_")
GIVEN_NAMES = {
    "exception_handlers": "starlette's",
    "data_received": "asyncio's",
    "get_name_from_type": "strawberry's",
    "handle_data": "html.parser's",
    "_data_folder": "the folder that the setting DATA names",
}
"""Names that are not ours to choose, and whose they are."""


def sources(*names: str) -> list[Path]:
    """Return our modules under these folders, or all of the product's; migrations are left out."""
    roots = [ROOT / name for name in names or RANK]
    found = [
        file
        for root in roots
        for file in (root.rglob("*.py") if root.is_dir() else [root.with_suffix(".py")])
    ]
    return sorted(file for file in found if not {"migrations", "node_modules"} & set(file.parts))


def known_as(file: Path) -> str:
    return str(file.relative_to(ROOT))


def layer(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def nodes(file: Path) -> Iterator[ast.AST]:
    return ast.walk(tree(file))


def imported(file: Path) -> set[str]:
    """Return the top names of all that a module imports, wherever in it."""
    names: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{known_as(file)} imports by dots"
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in nodes(file) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def breaches(files: list[Path], rule: Callable[[Path], object]) -> dict[str, object]:
    """Return what the rule finds, by module."""
    found = {known_as(file): rule(file) for file in files}
    return {name: breach for name, breach in found.items() if breach}


def test_the_folders_are_where_the_tests_look():
    assert len(sources()) > 100
    assert {layer(file) for file in sources()} == set(RANK)


def test_imports_point_down():
    def above(file: Path) -> set[str]:
        own = layer(file)
        return {name for name in imported(file) if name != own and RANK.get(name, -1) >= RANK[own]}

    assert breaches(sources(), above) == {}


def test_models_and_resolvers_know_no_face():
    assert breaches(sources("models", "resolvers"), lambda file: imported(file) & FACES) == {}


def test_files_stay_below_their_wall():
    def beyond(file: Path) -> int:
        lines = len(file.read_text().splitlines())
        return lines if lines > FILE_LINES else 0

    assert breaches(sources(*RANK, "tests"), beyond) == {}


def test_functions_stay_below_their_wall():
    def long(file: Path) -> list[str]:
        return [each.name for each in functions(file) if lines_of(each) > FUNCTION_LINES]

    assert breaches(sources(*RANK, "tests"), long) == {}


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_a_module_says_first_what_is_in_it():
    assert breaches(sources(*RANK, "tests"), lambda file: ast.get_docstring(tree(file)) is None) == {}


def test_an_operation_takes_its_actor_first():
    without = {
        f"{file.stem}.{each.name}"
        for file in sources("resolvers")
        for each in functions(file)
        if "operation" in map(ast.unparse, each.decorator_list) and not takes_actor_first(each)
    }

    assert without == set(FIND_THEIR_ACTOR)


def takes_actor_first(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return [ast.unparse(one) for one in function.args.args[:1]] == ["actor: Actor"]


def test_every_kind_of_event_says_who_is_told():
    assert set(NOTICES) == set(Kind)
    assert set(REACTIONS) <= set(Kind)


def test_every_reaction_has_its_job_and_says_when_it_is_tried_again():
    assert set(REACT) == set(RETRY_MINUTES) == set(Reaction)


def test_nobody_but_the_clock_reads_the_clock():
    files = [file for file in sources() if known_as(file) != "models/clock.py"]

    assert breaches(files, lambda file: clock_reads(file) + clock_imports(file)) == {}


def clock_reads(file: Path) -> list[str]:
    attributes = [node for node in nodes(file) if isinstance(node, ast.Attribute)]
    owners = [(ast.unparse(node.value).split(".")[-1], node.attr) for node in attributes]
    return [f"{owner}.{name}" for owner, name in owners if name in CLOCKS.get(owner, ())]


def clock_imports(file: Path) -> list[str]:
    froms = [node for node in nodes(file) if isinstance(node, ast.ImportFrom) and node.module == "time"]
    return [alias.name for node in froms for alias in node.names if alias.name in CLOCKS["time"]]


def test_names_use_the_words_of_the_product():
    def unused(file: Path) -> list[str]:
        names = [file.stem, *(each.name for each in functions(file))]
        return [name for name in names if name not in GIVEN_NAMES and is_unused(name.strip("_"))]

    assert breaches(sources(), unused) == {}


def is_unused(name: str) -> bool:
    return bool(UNUSED_WORDS & set(name.split("_"))) or name.startswith(UNUSED_STARTS)
