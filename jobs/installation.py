"""An installation: its data folder, its secret key, its database; and the settings that follow from them."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from pydantic import SecretStr

from jobs.origin import base_url
from models.embedded import Embedded, url_of_running
from models.embedded_locks import hold
from models.errors import Invalid, Unavailable
from settings import settings

KEY = "secret.key"
KEY_BYTES = 48
KEY_LENGTH = 32  # characters that a key needs at least


@contextmanager
def opened() -> Generator[Embedded | None]:
    """Have the data folder to ourselves, with its secret key, and the database running.

    Gives the embedded server, None when DATABASE_URL names another. Refuses with Unavailable a
    folder that another Deskwire has.
    """
    settings.data = settings.data.absolute()
    if settings.database_url:
        with _held(settings.data):
            _make_key()
            _complete()
            yield None
        return
    with Embedded(settings.data) as server:
        settings.database_url = server.url
        _make_key()
        _complete()
        yield server


def join() -> None:
    """Take the settings from what runs in the data folder: for a process beside `deskwire up`.

    Refuses with Unavailable when there is no database to join.
    """
    settings.data = settings.data.absolute()
    settings.database_url = settings.database_url or url_of_running(settings.data) or ""
    if not settings.database_url:
        raise Unavailable("There is no database. Set DATABASE_URL, or run `deskwire up` first.")
    _complete()


@contextmanager
def reached() -> Generator[None]:
    """Have a database for one command: the one that runs, else the embedded one while it lasts."""
    settings.data = settings.data.absolute()
    url = settings.database_url or url_of_running(settings.data)
    with nullcontext() if url else Embedded(settings.data) as server:
        settings.database_url = url or (server.url if server else "")
        _complete()
        yield


def write_private(path: Path, text: str) -> None:
    """Write the file for our eyes only (0600), whole or not at all."""
    _write_beside(path, text).replace(path)


def _make_key() -> None:
    """Make the secret key unless there is one; of several that make it at once the first one stays."""
    path = settings.data / KEY
    if settings.secret_key.get_secret_value() or path.exists():
        return
    new = _write_beside(path, secrets.token_urlsafe(KEY_BYTES))
    try:
        os.link(new, path)
    except FileExistsError:
        return
    finally:
        new.unlink()


def _complete() -> None:
    """Fill in the settings that the environment left out."""
    path = settings.data / KEY
    settings.base_url = base_url()
    if settings.secret_key.get_secret_value() or not path.exists():
        return
    key = path.read_text().strip()
    if len(key) < KEY_LENGTH:
        raise Invalid(f"The key in {path} is not whole. Restore the file from a backup.")
    settings.secret_key = SecretStr(key)


@contextmanager
def _held(data: Path) -> Generator[None]:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = hold(data, data)
    except OSError as fault:
        raise Unavailable(f"The data folder {data} cannot be used: {fault.strerror}.") from fault
    try:
        yield
    finally:
        os.close(lock)


def _write_beside(path: Path, text: str) -> Path:
    """Write a file beside `path`, down to the disk, for it to take that place."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return new
