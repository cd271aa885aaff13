"""The one reader of the clock. Tests and the demo's story move it."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_ahead = timedelta()


def now() -> datetime:
    """Return the present instant, UTC-aware."""
    return datetime.now(UTC) + _ahead


def move(by: timedelta) -> None:
    """Put the clock of this process forward (or back, when negative) by `by`."""
    global _ahead
    _ahead += by


@contextmanager
def stand_at(instant: datetime) -> Generator[None]:
    """Let the clock of this process show `instant` (and run on from it) inside the block."""
    global _ahead
    before = _ahead
    _ahead = instant - datetime.now(UTC)
    try:
        yield
    finally:
        _ahead = before
