"""The schemas as files: printed into docs/, where a test holds them to what is served.

Names stand in alphabetical order, so that a file changes only where the schema does.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import DirectiveDefinitionNode, DocumentNode, StringValueNode, parse, print_ast

from schema import desk
from schema.public import portal

SCHEMAS = {"schema.graphql": desk.schema, "public.graphql": portal.schema}
SORTED = ("fields", "values", "arguments", "interfaces", "types")
"""What a definition lists, each entry with a name."""

ONE_OF = "Exactly one of the fields is given."


def printed() -> dict[str, str]:
    """Return the text of each file by the file's name."""
    return {name: f"{print_ast(_in_order(parse(schema.as_str())))}\n" for name, schema in SCHEMAS.items()}


def write(folder: Path) -> None:
    """Write the files into the folder."""
    for name, text in printed().items():
        (folder / name).write_text(text, encoding="utf-8")


def _in_order(document: DocumentNode) -> DocumentNode:
    definitions = (_described(_sorted(definition)) for definition in document.definitions)
    return replace(document, definitions=tuple(sorted(definitions, key=_kind_and_name)))


def _sorted(node: Any) -> Any:
    """Return the node with what it lists, and what that lists in turn, in order."""
    lists = {name: parts for name in SORTED if (parts := getattr(node, name, None))}
    ordered = {name: tuple(sorted(map(_sorted, parts), key=_name)) for name, parts in lists.items()}
    return replace(node, **ordered) if ordered else node


def _described(definition: Any) -> Any:
    """Return the definition; the one directive that has no words of ours gets some."""
    if _name(definition) != "oneOf":
        return definition
    return replace(definition, description=StringValueNode(value=ONE_OF, block=True))


def _kind_and_name(definition: Any) -> tuple[bool, str]:
    """Directives first, then types by name."""
    return not isinstance(definition, DirectiveDefinitionNode), _name(definition)


def _name(node: Any) -> str:
    name = getattr(node, "name", None)
    return name.value if name else ""
