"""What the log tells of an exception: its type, its codes and its place. Never its text."""

import re
from collections.abc import Iterator
from traceback import walk_tb
from types import TracebackType
from typing import cast

FRAMES = 20  # of one exception, the innermost
CHAIN = 5  # exceptions that led to one another, or came together
CODES = ("code", "sqlstate", "table_name", "column_name", "constraint_name", "errno", "status_code")
SAFE = re.compile(r"[A-Za-z0-9_.]{1,63}")  # the names and numbers that codes are


def told(fault: BaseException, depth: int = 0) -> str:
    """Return one line for each exception of the chain and for each place it came through."""
    lines = [_title(fault), *(f"  {place}" for place in _places(fault.__traceback__))]
    if depth < CHAIN:
        lines += [f"because of {told(led, depth + 1)}" for led in _causes(fault)]
    return "\n".join(lines)


def _title(fault: BaseException) -> str:
    found = {
        name: str(getattr(fault, name, None)) for name in CODES if getattr(fault, name, None) is not None
    }
    codes = " ".join(f"{name}={code}" for name, code in found.items() if SAFE.fullmatch(code))
    return f"{type(fault).__module__}.{type(fault).__qualname__} {codes}".strip()


def _places(traceback: TracebackType | None) -> list[str]:
    places = [f"{_short(f.f_code.co_filename)}:{line} {f.f_code.co_name}" for f, line in walk_tb(traceback)]
    return places[-FRAMES:]


def _short(path: str) -> str:
    """Return a library's path within site-packages, and of ours the last two names."""
    _, found, within = path.rpartition("site-packages/")
    return within if found else "/".join(path.split("/")[-2:])


def _causes(fault: BaseException) -> Iterator[BaseException]:
    cause = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if cause is not None:
        yield cause
    if isinstance(fault, BaseExceptionGroup):
        yield from cast("BaseExceptionGroup[BaseException]", fault).exceptions[:CHAIN]
