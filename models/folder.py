"""The file store in a folder of this machine. Folders are 0700, files 0600."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

PIECE = 256 * 1024
BATCH = 500


class Folder:
    """Files below a root, each at `root/workspace/key`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, source: Path) -> None:
        """Move the file to its place: it is on the same disk, and was written through."""
        await asyncio.to_thread(self._put, name, source)

    async def open(self, name: str) -> AsyncIterator[bytes] | None:
        """Return the file's pieces; None if it is not there."""
        try:
            file = await asyncio.to_thread((self._root / name).open, "rb")
        except FileNotFoundError:
            return None
        return _pieces(file)

    async def remove(self, names: Sequence[str]) -> None:
        """Remove the files."""
        await asyncio.to_thread(self._remove, names)

    async def answers(self) -> bool:
        """Tell whether a file can be written, which needs space and rights."""
        await asyncio.to_thread(self._probe)
        return True

    async def older(self, than: datetime) -> AsyncIterator[list[str]]:
        """Yield the names of the files that were put before this instant."""
        found = await asyncio.to_thread(self._older, than.timestamp())
        for start in range(0, len(found), BATCH):
            yield found[start : start + BATCH]

    def _put(self, name: str, source: Path) -> None:
        place = closed_folder((self._root / name).parent)
        source.replace(self._root / name)
        _sync(place)

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            (self._root / name).unlink(missing_ok=True)

    def _probe(self) -> None:
        probe = closed_folder(self._root) / f".probe-{secrets.token_hex(8)}"
        try:
            probe.write_bytes(b"Can this be written?")
        finally:
            probe.unlink(missing_ok=True)

    def _older(self, than: float) -> list[str]:
        files = self._root.glob("*/*")
        return [str(file.relative_to(self._root)) for file in files if file.stat().st_mtime < than]


def closed_folder(path: Path) -> Path:
    """Make the folder, if it is not there, with those above it, closed to others. Returns it."""
    if not path.is_dir():
        if not path.parent.is_dir():
            closed_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        _sync(path.parent)
    return path


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


def _sync(place: Path) -> None:
    """Make the names in the folder survive a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
