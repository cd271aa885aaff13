"""How an enum of the product gets its name in the schemas, and each of its values a description."""

from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

E = TypeVar("E", bound=type[Enum])


def described(cls: E, name: str, description: str, values: dict[str, str]) -> E:
    """Name the enum and describe its values: a value left out here fails at start."""
    named = strawberry.enum(cls, name=name, description=description)
    definition: StrawberryEnumDefinition = named.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
    return named
