"""The stage: a database of its own, workspaces in it, and server processes, for benchmarks and judges."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from models.actors import Actor, system
from models.embedded import Embedded
from models.permissions import Role, Scope
from models.schema_version import migrate
from models.workspaces import Workspace
from resolvers import keys, workspaces
from settings import settings
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SECRET_KEY = "a secret key of the benchmarks, of 48 characters"
PLENTY = "1000000000"  # points; a benchmark is no client to be slowed down
START_SECONDS = 60


@dataclass(frozen=True)
class Office:
    """A workspace and its admin, with the secret of a key that may write."""

    workspace: Workspace
    ada: Actor
    key: str


@contextmanager
def embedded_database() -> Generator[str]:
    """Run the embedded database in a folder that is gone afterwards; give its address, migrated."""
    settings.secret_key = SecretStr(SECRET_KEY)
    with tempfile.TemporaryDirectory(prefix="deskwire-") as folder, Embedded(Path(folder) / "data") as server:
        asyncio.run(migrate(server.url))
        yield server.url


async def found(slug: str) -> Office:
    """Found a workspace with one member, in the database that is open."""
    workspace = await workspaces.found(slug, slug.capitalize())
    ada = await workspaces.add_member(
        workspace, f"ada@{slug}.example", "Ada", Role.ADMIN, "correct horse battery"
    )
    _, key = await keys.create_key(system(workspace.id), ada.id, "Stage", frozenset({Scope.WRITE}))
    return Office(workspace, await keys.authenticate(key), key)


@asynccontextmanager
async def web(url: str, **environment: str) -> AsyncGenerator[int]:
    """Run a web process as it is served to people, but for the limit of points; give its port."""
    points = {"DESKWIRE_POINTS_BURST": PLENTY, "DESKWIRE_POINTS_PER_SECOND": PLENTY}
    async with server(url, "-m", "cli", "serve", **points | environment) as port:
        yield port


@asynccontextmanager
async def server(url: str, *words: str, **environment: str) -> AsyncGenerator[int]:
    """Run `python <words>` on the database; give the port that PORT told it, once it listens there."""
    port = free_port()
    told = {"DATABASE_URL": url, "PORT": str(port), "DESKWIRE_SECRET_KEY": SECRET_KEY}
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, env=_inherited() | told | environment, stdout=log, stderr=log
        )
        try:
            if not await _listens(port, process):
                log.seek(0)
                raise RuntimeError(f"{' '.join(words)} did not start:\n{log.read().decode()}")
            yield port
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@asynccontextmanager
async def redis() -> AsyncGenerator[str | None]:
    """Run a Redis that keeps nothing on disk; give its address, None where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    words = ("--bind", "127.0.0.1", "--port", str(port), "--save", "")
    process = await asyncio.create_subprocess_exec(program, *words, stdout=asyncio.subprocess.DEVNULL)
    try:
        if not await _listens(port, process):
            raise RuntimeError("redis-server did not start.")
        yield f"redis://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(port: int, process: asyncio.subprocess.Process) -> bool:
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    while process.returncode is None and asyncio.get_running_loop().time() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        return True
    return False


def _inherited() -> dict[str, str]:
    """The environment without what this machine's own Deskwire is told."""
    ours = ("DESKWIRE_", "DATABASE_", "DOORBELL_", "BROKER_", "SMTP_", "BASE_", "DATA")
    return {name: text for name, text in os.environ.items() if not name.startswith(ours)}
