"""Global ids: opaque to clients, typed, and good for any object that has one."""

import base64
import binascii
from collections.abc import Iterable

from models.errors import Invalid

LARGEST = 2**63 - 1  # of a bigint


def global_id(type_name: str, row_id: int) -> str:
    """Return the id that clients see of a row."""
    return base64.b64encode(f"{type_name}:{row_id}".encode()).decode()


def parsed_id(text: str) -> tuple[str, int]:
    """Return type name and row id. Refuses with Invalid what was never an id of ours."""
    try:
        name, _, number = base64.b64decode(text.encode(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeError):
        raise _unknown() from None
    if not (name.isascii() and name.isidentifier() and number.isascii() and number.isdigit()):
        raise _unknown()
    if not (number[0] != "0" and len(number) < 20 and int(number) <= LARGEST):
        raise _unknown()
    return name, int(number)


def row_id(text: str, type_name: str, *, path: tuple[str, ...] = ()) -> int:
    """Return the row id of an id of this type. Refuses with Invalid an id of another."""
    try:
        name, number = parsed_id(text)
    except Invalid as invalid:
        raise Invalid(invalid.message, path=path) from None
    if name != type_name:
        raise Invalid(f"This is the id of a {name}, not of a {type_name}.", path=path)
    return number


def row_ids(texts: Iterable[str], type_name: str, *, path: tuple[str, ...] = ()) -> list[int]:
    """Return the row ids of ids of this type. Refuses with Invalid an id of another."""
    return [row_id(text, type_name, path=path) for text in texts]


def _unknown() -> Invalid:
    return Invalid("This is not an id.")
