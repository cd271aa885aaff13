"""The embedded PostgreSQL: a server of our own in a data folder, for as long as this process lives."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from models.embedded_account import LAST_WORDS, Account
from models.embedded_cluster import (
    DATABASE,
    ROLE,
    end_leftover,
    make_cluster,
    set_password,
    settings_of,
    write_rules,
)
from models.embedded_folders import (
    clear_run_folder,
    find_home,
    make_run_folder,
    trim_log,
)
from models.embedded_locks import hold, is_held
from models.embedded_programs import find_programs
from models.errors import Unavailable

START_SECONDS = 120  # a large recovery after a crash takes its time
STOP_SECONDS = 30  # then the server is told to drop everything, which costs only a recovery

# Runs beside the server and outlives us: when our end of the pipe closes, however we died, it ends
# the server by its number, never by the folder's, where a successor may be at work already.
WATCH = """
read -r _
kill -INT "$1"
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 1; done
rmdir "$2" 2>/dev/null
"""


class Embedded:
    """A PostgreSQL server on a unix socket that only our own user can reach.

    It ends when this process ends, even by `kill -9`. As root it runs under an unprivileged account.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        tcp_port: int | None = None,
        state: Path | None = None,
    ) -> None:
        """`durable=False` and `tcp_port` (on 127.0.0.1, by password) are for tests.

        `state` replaces the system's state folder, which root uses when the server's account
        cannot enter `data`.
        """
        self.data = data.absolute()
        self._durable = durable
        self._tcp_port = tcp_port
        self._state = state
        self._password = ""
        self._account = Account()
        self._home = Path()
        self._run = Path()
        self._lock: int | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for asyncpg, psycopg and Tortoise; the same after a restart by `tend`."""
        port = f"&port={self._tcp_port}" if self._tcp_port else ""
        return f"postgres://{ROLE}@/{DATABASE}?host={quote(str(self._run))}{port}"

    @property
    def tcp_url(self) -> str:
        """The address on 127.0.0.1; its password is new with every start."""
        assert self._tcp_port
        return f"postgres://{ROLE}:{self._password}@127.0.0.1:{self._tcp_port}/{DATABASE}"

    @property
    def pid(self) -> int | None:
        """The server's main process while it runs."""
        return self._server.pid if self._server and self._server.poll() is None else None

    def start(self) -> None:
        """Start the server, on first use make its cluster, and return when it answers.

        Does nothing while it runs. Refuses with Unavailable when another Deskwire uses the folder,
        or when the server does not start; the text then ends with the server's own words.
        """
        if self.pid:
            return
        try:
            self._take_home()
            self._start()
        except BaseException:
            self.stop()
            raise

    def tend(self) -> None:
        """Bring back a server that died and keep its log small. Call it every second or so.

        Raises as `start` does, but keeps the folder and the address, so it can be called again.
        """
        assert self._lock is not None
        if not self.pid:
            self._start()
        trim_log(self._home)

    def stop(self) -> None:
        """End the server; its open transactions are rolled back. Does nothing when it is ended."""
        self._end_server()
        if self._lock is None:
            return
        clear_run_folder(self._home, self._run)
        os.close(self._lock)
        self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _take_home(self) -> None:
        with _explained(self.data):
            self._home, self._account = find_home(self.data, self._state)
            self._lock = hold(self._home, self.data)
            (self._home / "url").unlink(missing_ok=True)
            self._run = make_run_folder(self._home, self._account)

    def _start(self) -> None:
        self._end_server()
        with _explained(self.data):
            programs = find_programs(self._account, self._state)
            with end_leftover(self._home, self._run, programs, self._account) as running:
                make_cluster(self._home, programs, self._account, durable=self._durable)
                write_rules(self._home, tcp=bool(self._tcp_port))
                if self._tcp_port:
                    self._password = set_password(self._home, programs, self._account)
                server = self._launch(programs, running)
            _await_ready(server, self._home)
            _write_url(self._home, self.url)

    def _launch(self, programs: Path, running: int) -> subprocess.Popen[bytes]:
        trim_log(self._home)
        options = settings_of(self._home, self._run, tcp_port=self._tcp_port, durable=self._durable)
        with (self._home / "server.log").open("ab") as log:
            self._server = self._account.spawn(
                [programs / "postgres", "-D", self._home / "cluster", *options],
                output=log,
                keep=running,
            )
        self._watch = self._account.spawn(
            ["/bin/sh", "-c", WATCH, "deskwire-watch", str(self._server.pid), self._run],
            stdin=subprocess.PIPE,
        )
        return self._server

    def _end_server(self) -> None:
        if self._server:
            _end(self._server)
        if self._watch:
            self._watch.kill()
            self._watch.communicate()
        self._server = self._watch = None


def url_of_running(data: Path, *, state: Path | None = None) -> str | None:
    """Return the address of the server that another process runs in `data`; None when none does."""
    with _explained(data):
        if not data.exists():
            return None
        home, _ = find_home(data.absolute(), state)
        if not is_held(home):
            return None
    with contextlib.suppress(FileNotFoundError):
        return (home / "url").read_text()
    raise Unavailable(f"The database in {data} is starting. Try again in a moment.")


@contextlib.contextmanager
def _explained(data: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"The data folder {data} cannot be used: {error}.") from error


def _end(server: subprocess.Popen[bytes]) -> None:
    for number, seconds in (
        (signal.SIGINT, STOP_SECONDS),
        (signal.SIGQUIT, STOP_SECONDS),
        (signal.SIGKILL, None),
    ):
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(seconds)
            return


def _await_ready(server: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if _is_ready(server.pid, home / "cluster" / "postmaster.pid"):
            return
        time.sleep(0.02)
    log = (home / "server.log").read_text(errors="replace").splitlines()
    raise Unavailable(
        "The embedded database did not start. Its log ends with:\n" + "\n".join(log[-LAST_WORDS:])
    )


def _is_ready(pid: int, status: Path) -> bool:
    """The file's first line is the server's number, its last one the state that it is in."""
    try:
        lines = status.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) == 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _write_url(home: Path, url: str) -> None:
    new = home / "url.new"
    new.write_text(url)
    new.replace(home / "url")
