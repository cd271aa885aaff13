"""Locks on files that the kernel keeps: a lock ends when the last process that holds it dies."""

import contextlib
import fcntl
import os
import time
from collections.abc import Generator
from pathlib import Path

from models.errors import Unavailable

LOOK_SECONDS = 0.2  # `is_held` of another process takes the lock for a blink


def hold(home: Path, data: Path) -> int:
    """Take the home of `data` for this process and return the lock's descriptor.

    Refuses with Unavailable, naming the folder and the holder, when another process has it.
    """
    lock = _open(home / "lock")
    if not take_within(lock, LOOK_SECONDS):
        holder = os.pread(lock, 20, 0).decode() or "unknown"
        os.close(lock)
        raise Unavailable(
            f"The data folder {data} is in use by another Deskwire (process {holder})."
            " Stop that one, or choose another folder with DATA."
        )
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def is_held(home: Path) -> bool:
    """Tell whether a process has taken the home."""
    with open_lock(home / "lock") as lock:
        return not _take(lock)


@contextlib.contextmanager
def open_lock(path: Path) -> Generator[int]:
    """Give the descriptor of a lock's file, not yet taken, and close it after the block."""
    lock = _open(path)
    try:
        yield lock
    finally:
        os.close(lock)


def take_within(lock: int, seconds: float) -> bool:
    """Take an open lock; tell whether it was, or became, free in time."""
    deadline = time.monotonic() + seconds
    while not _take(lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
