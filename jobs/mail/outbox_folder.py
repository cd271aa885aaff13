"""Mail without a mail server: each letter becomes a file in DATA/outbox, where people can read it."""

import os
import re
from pathlib import Path

from jobs.mail.compose import Composed
from settings import settings

_UNSAFE = re.compile(r"[^A-Za-z0-9.@_-]")


def folder() -> Path:
    """Return the folder that the letters lie in."""
    return settings.data / "outbox"


def put(letter: Composed) -> None:
    """Write the letter, whole or not at all. The same letter has the same name: it is there once."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / (_UNSAFE.sub("_", letter.message_id.strip("<>"))[:200] + ".eml")
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    with draft.open("wb") as file:
        file.write(letter.source)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(place)


def _sync(place: Path) -> None:
    """Make the new name survive a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
