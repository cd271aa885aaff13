"""The file store: bytes by name, in a folder or in an S3 bucket. Names are `workspace/key`.

A file is there whole or not at all: it comes in as a draft, which nobody sees, and is put then.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import structlog

from models.bucket import FAULTS as BUCKET_FAULTS
from models.bucket import Bucket
from models.errors import Unavailable
from models.folder import Folder, closed_folder
from models.media_types import HEAD_BYTES
from settings import settings

DRAFT = ".part"
FAULTS = (OSError, *BUCKET_FAULTS)
FULL = "The file could not be stored just now. Please try again a little later."
AWAY = "The file cannot be read just now. Please try again a little later."

log = structlog.stdlib.get_logger(__name__)


class Store(Protocol):
    """Where files lie. Each raises one of FAULTS when it cannot; a file that is not there is None."""

    async def put(self, name: str, source: Path) -> None:
        """Take the file over whole, so that it survives a power cut. The source may be moved away."""
        ...

    async def open(self, name: str) -> AsyncIterator[bytes] | None:
        """Return the file's bytes, piece by piece."""
        ...

    async def remove(self, names: Sequence[str]) -> None:
        """Remove the files; those that are not there are no fault."""
        ...

    async def answers(self) -> bool:
        """Tell whether files can be stored now."""
        ...

    def older(self, than: datetime) -> AsyncIterator[list[str]]:
        """Yield the names of the files that were put before this instant, some at a time."""
        ...


class Draft:
    """A file on its way in. `head` is its beginning, `size` its bytes so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.head = b""
        self._hash = hashlib.sha256()
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    async def write(self, piece: bytes) -> None:
        """Add a piece."""
        self.size += len(piece)
        self.head = (self.head + piece)[:HEAD_BYTES] if len(self.head) < HEAD_BYTES else self.head
        await asyncio.to_thread(self._add, piece)

    async def end(self) -> str:
        """Write through to the disk what is still on its way there. Returns the SHA-256, hexadecimal."""
        await asyncio.to_thread(self._sync)
        return self._hash.hexdigest()

    def close(self) -> None:
        """Remove the draft; what was put stays."""
        try:
            self._file.close()
        finally:
            self.path.unlink(missing_ok=True)

    def _add(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._file.write(piece)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def store() -> Store:
    """Return the store that the settings name."""
    return _store(settings.attachments_url, settings.data)


@asynccontextmanager
async def draft() -> AsyncGenerator[Draft]:
    """Begin a draft, which is gone afterwards. Refuses with Unavailable when it cannot be written."""
    with told(FULL):
        place = closed_folder(drafts())
        begun = Draft(place / f"{secrets.token_hex(16)}{DRAFT}")
        try:
            yield begun
        finally:
            begun.close()


@contextmanager
def told(words: str) -> Generator[None]:
    """Make of the store's faults a refusal with these words, and log their kind."""
    try:
        yield
    except FAULTS as fault:
        log.exception("file_store_fault", fault=type(fault).__name__)
        raise Unavailable(words) from fault


def drafts() -> Path:
    """Return the folder of drafts: with the files, where there is a folder of files."""
    return settings.data / "attachments" / "drafts"


def remove_drafts(*, older_than: datetime) -> None:
    """Remove the drafts that a killed process left behind."""
    for path in drafts().glob(f"*{DRAFT}"):
        if path.stat().st_mtime < older_than.timestamp():
            path.unlink(missing_ok=True)


def fresh_key() -> str:
    """Return the name of a new file within its workspace's folder."""
    return secrets.token_hex(16)


@lru_cache(maxsize=8)
def _store(url: str, data: Path) -> Store:
    return Bucket(url) if url else Folder(data / "attachments" / "files")
