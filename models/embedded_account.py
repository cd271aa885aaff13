"""The account that the embedded server runs under: as root an unprivileged one, else our own."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.errors import Unavailable

LAST_WORDS = 12  # lines of a program's output shown with its failure
UNPRIVILEGED = ("postgres", "nobody")
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # PGDATA and its like would mislead the programs


@dataclass(frozen=True)
class Account:
    """Both numbers are None when it is the user that we are."""

    uid: int | None = None
    gid: int | None = None

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        stdin: int = subprocess.DEVNULL,
        output: IO[bytes] | int = subprocess.DEVNULL,
        keep: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program apart from our terminal's signals; it inherits only the descriptor `keep`."""
        return subprocess.Popen(  # noqa: S603 - our own words, no shell
            command,
            stdin=stdin,
            stdout=output,
            stderr=output,
            cwd="/",
            env=ENVIRONMENT,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            umask=0o077,
            start_new_session=True,
            pass_fds=() if keep is None else (keep,),
        )

    def run(self, command: Sequence[str | Path], text: str = "") -> None:
        """Run a program to its end with `text` as its input; Unavailable with its words if it fails."""
        program = self.spawn(command, stdin=subprocess.PIPE, output=subprocess.PIPE)
        words, errors = program.communicate(text.encode())
        if program.returncode:
            said = (words + errors).decode(errors="replace").splitlines()[-LAST_WORDS:]
            raise Unavailable(
                f"The embedded database cannot be set up; {command[0]} ends with:\n" + "\n".join(said)
            )

    def can(self, command: Sequence[str | Path]) -> bool:
        """Tell whether a program ends well under this account."""
        try:
            return self.spawn(command).wait() == 0
        except PermissionError:
            return False

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account reaches what lies in the folder."""
        return self.can(["/bin/sh", "-c", 'cd -- "$1"', "enter", folder])

    def own(self, folder: Path) -> Path:
        """Give the folder to this account, closed to all others."""
        folder.chmod(0o700)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)
        return folder


def unprivileged() -> Account:
    """Return the account that root lets the server run under."""
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        "The embedded database does not run as root, and there is no account postgres or nobody."
        " Start Deskwire as another user, or set DATABASE_URL."
    )


def owner(path: Path) -> Account:
    """Return the account that the file or folder belongs to."""
    status = path.stat()
    return Account(status.st_uid, status.st_gid)


def own_name() -> str:
    """Return the name of the user that we are, which the server knows us by."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise Unavailable(
            f"The user number {os.geteuid()} has no name on this machine, which the embedded database"
            " needs. Give it one, or set DATABASE_URL."
        ) from None
