"""The messages of the doorbell: who rang, and how far which workspaces have come."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import cast

import orjson

PART = 150  # rings of a message: two numbers of 19 digits each stay under PostgreSQL's 8,000 bytes


@dataclass(frozen=True)
class Said:
    """One message. Without rings it is a beat."""

    sender: str
    rings: list[tuple[int, int]]


def new_sender() -> str:
    """Return a name by which a process knows its own messages again."""
    return token_hex(8)


def parts(unsent: Mapping[int, int]) -> Iterator[list[tuple[int, int]]]:
    """Cut the rings, (workspace id, seq), into messages; at least one, which may be empty."""
    waiting = list(unsent.items())
    yield waiting[:PART]
    for start in range(PART, len(waiting), PART):
        yield waiting[start : start + PART]


def encode(sender: str, rings: list[tuple[int, int]]) -> str:
    return orjson.dumps({"from": sender, "rings": rings}).decode()


def decode(text: str) -> Said | None:
    """Return the message; None for one that is not ours, as the channel is open to others."""
    try:
        said: object = orjson.loads(text)
        members = cast("dict[str, object]", said)
        pairs = cast("list[list[object]]", members["rings"])
        rings = [(int(str(workspace_id)), int(str(seq))) for workspace_id, seq in pairs]
        return Said(str(members["from"]), rings)
    except (ValueError, TypeError, KeyError):
        return None
