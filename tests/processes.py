"""Our real processes, one by one on one database: started, killed outright, frozen, ended; and their logs."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from ports import free_port
from running_web import Reachable

START_SECONDS = 30
LOOK_SECONDS = 0.02
ROOT = Path(__file__).parents[1]
OURS = ("DESKWIRE_", "DATABASE_", "SMTP_", "BROKER_", "DOORBELL_", "BASE_")
STARTED = {"work": "worker_started", "listen": "listener_started"}
UNDONE = "SELECT id FROM outbox WHERE done_at IS NULL AND failed_at IS NULL LIMIT 1"
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
QUICK = {"DESKWIRE_LEASE_SECONDS": "2", "DESKWIRE_OFFER_SECONDS": "1", "DESKWIRE_BOOKMARK_SECONDS": "2"}
"""Leases, offers and bookmarks as short as a test wants them."""


class Process:
    """One command of `deskwire`. It may be started again after its end; all its lives share a log."""

    def __init__(self, command: str, environment: dict[str, str], log: Path) -> None:
        self.command = command
        self.environment = environment
        self.log = log
        self._process: asyncio.subprocess.Process | None = None
        self._born_at = 0  # bytes of the log that earlier lives wrote

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def web(self) -> Reachable:
        """How its clients reach it, if it is a web process."""
        return Reachable(int(self.environment["PORT"]))

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it as a user does, with nothing of the tests' own settings. Does not wait for it."""
        assert not self.is_running
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        with self.log.open("ab") as log:
            self._born_at = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "cli", self.command),
                env=inherited | self.environment,
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """End it outright, also while it is frozen."""
        await self._leave_by(signal.SIGKILL)

    async def end(self) -> int | None:
        """Ask it to end, and return its exit code."""
        return await self._leave_by(signal.SIGTERM)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    @property
    def words(self) -> str:
        """What this life of it has logged."""
        return self.log.read_bytes()[self._born_at :].decode(errors="replace")

    async def has_said(self, marker: str) -> None:
        """Wait until this life of it has logged the marker."""
        async with asyncio.timeout(START_SECONDS):
            while marker not in self.words:
                assert self.is_running, self.words
                await asyncio.sleep(LOOK_SECONDS)

    async def _leave_by(self, number: signal.Signals) -> int | None:
        if self._process is None:
            return None
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        return await self._process.wait()


@dataclass
class Site(Reachable):
    """An installation: its folder, its database, and the processes that a test starts on them."""

    folder: Path
    database_url: str
    environment: dict[str, str] = field(default_factory=dict[str, str])
    keys: dict[str, str] = field(default_factory=dict[str, str])
    processes: list[Process] = field(default_factory=list[Process])

    async def found(self) -> None:
        """Make the tables, and the cast with their keys."""
        founding = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "tests" / "founding.py")),
            env=os.environ | self._environment() | {"DATABASE_URL": self.database_url},
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        words, _ = await founding.communicate()
        self.keys = json.loads(words)

    def process(self, command: str, name: str = "", **environment: str) -> Process:
        """Return a process of this installation, not yet started. Its name is that of its log."""
        log = self.folder / f"{name or command}.log"
        made = Process(command, self._environment() | environment, log)
        self.processes.append(made)
        return made

    async def start(self, *processes: Process) -> None:
        """Start them at once, and wait until a web process serves, a worker works, a listener listens."""
        for process in processes:
            await process.start()
        for process in processes:
            if process.command == "serve":
                await process.web.is_ready()
            if process.command in STARTED:
                await process.has_said(STARTED[process.command])

    async def end(self) -> None:
        """End what still runs, outright."""
        for process in self.processes:
            await process.kill()
        self.processes.clear()

    async def has_nothing_left_to_do(self, *, within_seconds: float = START_SECONDS) -> None:
        """Wait until every outbox row has ended."""
        async with asyncio.timeout(within_seconds):
            while await self.rows(UNDONE):
                await asyncio.sleep(LOOK_SECONDS)

    async def rows(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Look into the database, past all of our code."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    @asynccontextmanager
    async def locked(self, table: str) -> AsyncGenerator[None]:
        """Let everybody who reads or writes the table wait, as long as the block lasts."""
        connection = await asyncpg.connect(self.database_url)
        try:
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()

    async def has_somebody_waiting(self) -> None:
        """Wait until a statement waits for a lock."""
        while not await self.rows(WAITING):
            await asyncio.sleep(LOOK_SECONDS)

    def logs(self) -> str:
        """Return all that the processes have said."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def _environment(self) -> dict[str, str]:
        told = {
            "PYTHONPATH": str(ROOT),
            "DATA": str(self.folder / "data"),
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
            "DESKWIRE_SUPERVISOR": str(os.getpid()),  # none outlives the tests
            "DESKWIRE_SECRET_KEY": "a secret key for real processes, of 48 characters",
        }
        return told | self.environment


@asynccontextmanager
async def site(folder: Path, database_url: str, **environment: str) -> AsyncGenerator[Site]:
    """An installation with the cast in it and no process yet; what was started is ended with it."""
    made = Site(free_port(), folder, database_url, QUICK | environment)
    await made.found()
    try:
        yield made
    finally:
        await made.end()
