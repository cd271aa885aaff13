"""A PostgreSQL server like one on another machine: by TCP, with a password, restarted as one likes."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg
from ports import free_port

from models.embedded_account import Account, own_name, unprivileged
from models.embedded_programs import find_programs

DEBIAN = Path("/usr/lib/postgresql")
Mode = Literal["fast", "immediate"]
"""fast: rolls back what is open. immediate: drops everything, as a power cut does."""


@dataclass
class OutsideServer:
    """Debian's server where there is one, else the one that we bring along."""

    folder: Path
    account: Account
    port: int
    password: str

    @property
    def url(self) -> str:
        return self._url("deskwire")

    async def make(self) -> None:
        """Make the cluster, start it, and make our database in it."""
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        self.account.own(self.folder)
        self.account.own(password_file)
        secret = ("--auth=scram-sha-256", f"--pwfile={password_file}")
        initdb = (self._program("initdb"), *secret, "--username=postgres", "--encoding=UTF8", "--no-sync")
        await asyncio.to_thread(self.account.run, [*initdb, "-D", self.folder / "cluster"])
        await self.start()
        connection = await asyncpg.connect(self._url("postgres", role="postgres"))
        await connection.execute(f"CREATE ROLE deskwire LOGIN CREATEDB PASSWORD '{self.password}'")
        await connection.execute("CREATE DATABASE deskwire OWNER deskwire")
        await connection.close()

    async def start(self) -> None:
        """Return when it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        await self._control("start", "-l", str(self.folder / "server.log"), "-o", options)

    async def stop(self, mode: Mode) -> None:
        """Return when it is gone."""
        await self._control("stop", "-m", mode)

    async def _control(self, *words: str) -> None:
        command = [self._program("pg_ctl"), "-D", self.folder / "cluster", "-w", *words]
        await asyncio.to_thread(self.account.run, command)

    def _program(self, name: str) -> Path:
        found = sorted(DEBIAN.glob(f"*/bin/{name}"))
        return found[-1] if found else find_programs(self.account) / name

    def _url(self, database: str, role: str = "deskwire") -> str:
        return f"postgres://{role}:{self.password}@127.0.0.1:{self.port}/{database}"


@asynccontextmanager
async def outside_server() -> AsyncGenerator[OutsideServer]:
    """A server with an empty database, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="deskwire-outside-"))  # as root, others cannot enter pytest's
    account = unprivileged() if own_name() == "root" else Account()
    server = OutsideServer(folder, account, free_port(), secrets.token_hex(16))
    try:
        await server.make()
        yield server
    finally:
        await server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
