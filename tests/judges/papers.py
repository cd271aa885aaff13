"""What the judges read of us besides the running server: the schema, and operations that use all of it."""

import re
from pathlib import Path

from schema_walk import DESK, document

from tests.benchmarks.stage import ROOT

SCHEMA = ROOT / "docs" / "schema.graphql"
OPERATIONS = Path(__file__).parent / "operations"
DEPTH = 4
NEWER = re.compile(r" @specifiedBy\(url: \"[^\"]*\"\)| @oneOf(?= \{)")

NO_IDENTITY = [
    "CommentAdded",
    "Delivery",
    "FieldChange",
    "PageInfo",
    "RateLimit",
    "TicketChanged",
    "Viewer",
]
"""Types whose values are parts or moments of other things: they have no id of their own."""


def schema_as_introspected(folder: Path) -> Path:
    """Write the schema as it looks to whoever introspects only what the specification of 2018 has.

    Return the file.
    """
    path = folder / "introspected.graphql"
    path.write_text(re.sub(NEWER, "", SCHEMA.read_text()))
    return path


def every_operation(folder: Path) -> Path:
    """Write an operation for each root field that asks for all it leads to; return the folder."""
    operations = folder / "operations"
    operations.mkdir()
    for root in (DESK.query_type, DESK.mutation_type, DESK.subscription_type):
        assert root is not None
        for name in root.fields:
            text, _ = document(DESK, root.name, name, lambda *path: "x", depth=DEPTH)
            kind, rest = root.name.lower(), text.removeprefix(root.name.lower())
            (operations / f"{kind}-{name}.graphql").write_text(f"{kind} {name}{rest}\n")
    return operations
