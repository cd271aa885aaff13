"""Where the embedded server lives: its home folder and the folder of its socket.

A home holds `cluster` (the server's, 0700) and, beside it and ours, locks, rules, log and address.
"""

import contextlib
import os
import re
import secrets
import shutil
import tempfile
from pathlib import Path

from models.embedded_account import Account, owner, unprivileged
from models.errors import Unavailable

STATES = (Path("/var/lib/deskwire"), Path("/var/tmp/deskwire"))  # noqa: S108 - checked by state_folder
SOCKET_BYTES = 107  # the longest path that the kernel takes
SOCKET = ".s.PGSQL.65535"  # the longest name that the socket can have
LOG_BYTES = 10_000_000  # then the log begins anew; the old one is kept once


def find_home(data: Path, state: Path | None = None) -> tuple[Path, Account]:
    """Return the home of this data folder, made if need be, and the account its server runs under.

    It is in `data`; for root, when the account cannot enter there, in the system's state folder.
    """
    root = os.geteuid() == 0
    _make_folder(data, 0o711 if root else 0o700)
    inside = data / "postgres"
    if not root:
        return _make_folder(inside, 0o700), Account()
    home = _find_outside(data, state) or inside
    if (home / "cluster").exists():
        return home, owner(home / "cluster")
    account = unprivileged()
    if home is inside and not account.can_enter(inside if inside.exists() else data):
        home = _make_outside(data, state_folder(state))
    return _make_folder(home, 0o711), account


def state_folder(state: Path | None) -> Path:
    """Return the first state folder that is root's alone to write and open to enter."""
    for folder in (state,) if state else STATES:
        with contextlib.suppress(OSError):
            _make_folder(folder, 0o711)
            status = folder.lstat()
            if status.st_uid == 0 and not folder.is_symlink() and not status.st_mode & 0o022:
                return folder
    raise Unavailable(
        "The database's account cannot enter the data folder, and /var/lib/deskwire cannot be used"
        " instead. Choose another folder with DATA, or set DATABASE_URL."
    )


def make_run_folder(home: Path, account: Account) -> Path:
    """Return a folder for the socket: the cluster's, or a new short one when its path will not do."""
    cluster = home / "cluster"
    plain = re.fullmatch(r"[A-Za-z0-9/._-]+", str(cluster))  # drivers split hosts at commas
    if plain and len(str(cluster / SOCKET)) <= SOCKET_BYTES:
        return cluster
    return account.own(Path(tempfile.mkdtemp(prefix="deskwire-", dir="/tmp")))


def clear_run_folder(home: Path, run: Path) -> None:
    """Remove the folder that `make_run_folder` made, and a dead server's socket in it."""
    if run != home / "cluster":
        shutil.rmtree(run, ignore_errors=True)


def trim_log(home: Path) -> None:
    """Begin the log anew when it is long. The server appends, so it goes on at the new end."""
    log = home / "server.log"
    log.touch(0o600)
    if log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, home / "server.log.1")
        os.truncate(log, 0)


def _make_folder(folder: Path, mode: int) -> Path:
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    return folder


def _find_outside(data: Path, state: Path | None) -> Path | None:
    mark = data / "postgres.id"
    if not mark.exists():
        return None
    name = mark.read_text()
    if not re.fullmatch(r"[0-9a-f]{32}", name):
        raise Unavailable(f"The file {mark} does not name a database. Restore it from a backup.")
    homes = [folder / name for folder in ((state,) if state else STATES)]
    for home in homes:
        if home.exists():
            return home
    raise Unavailable(
        f"The database of {data} was kept in {homes[0]}, which is gone. Restore that folder, or"
        f" remove {mark} to begin with an empty database."
    )


def _make_outside(data: Path, state: Path) -> Path:
    """Make the folder first and its mark last: a mark without a folder would mean lost data."""
    name = secrets.token_hex(16)
    home = _make_folder(state / name, 0o711)
    (home / "belongs-to").write_text(f"{data}\n")
    new = data / f"postgres.id.{name}"
    new.write_text(name)
    try:
        os.link(new, data / "postgres.id")  # fails when another was first, unlike a rename
    except FileExistsError:
        shutil.rmtree(home)
        return state / (data / "postgres.id").read_text()
    finally:
        new.unlink()
    return home
