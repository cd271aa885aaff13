"""Redis and RabbitMQ as servers of the tests' own: started, killed outright, frozen, started again."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ports import free_port

START_SECONDS = 90  # RabbitMQ takes 6 s when the machine has nothing else to do
LOOK_SECONDS = 0.05
DEBIAN = "/usr/lib/rabbitmq/bin"  # what Debian has on the path insists on being root
CALM = "+sbwt none +sbwtdcpu none +sbwtdio none"  # Erlang's schedulers would spin while they wait


@dataclass
class Service:
    """A server. `hello` is what a client says first, `answer` how the server's answer to it begins."""

    url: str
    port: int
    command: Sequence[str]
    folder: Path
    hello: bytes
    answer: bytes
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    _process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it, and wait until it serves."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                env=os.environ | self.environment,
                cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        async with asyncio.timeout(START_SECONDS):
            while not await self._answers():
                assert self._process.returncode is None, (self.folder / "server.log").read_text()
                await asyncio.sleep(LOOK_SECONDS)

    async def kill(self) -> None:
        """End it outright, also while it is frozen."""
        assert self._process
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(self.hello)
            async with asyncio.timeout(START_SECONDS):
                return (await reader.read(100)).startswith(self.answer)
        except OSError:
            return False
        finally:
            writer.close()


@asynccontextmanager
async def redis_server(folder: Path) -> AsyncGenerator[Service]:
    """A Redis that keeps nothing on disk."""
    port = free_port()
    command = (program("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--save", "")
    url = f"redis://127.0.0.1:{port}"
    async with _running(Service(url, port, command, folder, b"PING\r\n", b"+PONG")) as it:
        yield it


@asynccontextmanager
async def rabbitmq_server(folder: Path) -> AsyncGenerator[Service]:
    """A RabbitMQ with a name server of its own, which goes with it."""
    server, port, names_port = program("rabbitmq-server", DEBIAN), free_port(), str(free_port())
    environment = {
        "HOME": str(folder),
        "ERL_EPMD_PORT": names_port,
        "RABBITMQ_NODENAME": f"deskwire-{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "tables"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none.env"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "none.plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": CALM,
    }
    epmd = program("epmd")
    command = ("sh", "-c", f"{epmd} -address 127.0.0.1 -port {names_port} & exec {server}")
    url, hello = f"amqp://guest:guest@127.0.0.1:{port}", b"AMQP\x00\x00\x09\x01"
    async with _running(Service(url, port, command, folder, hello, b"\x01", environment)) as it:
        yield it


def program(name: str, *folders: str) -> str:
    """Return where the program is. Without it the test is skipped, but fails where all must be there."""
    found = shutil.which(name, path=os.pathsep.join((*folders, os.environ["PATH"], "/usr/sbin")))
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed.")
    pytest.skip(f"{name} is not installed.")


@asynccontextmanager
async def _running(service: Service) -> AsyncGenerator[Service]:
    await service.start()
    try:
        yield service
    finally:
        await service.kill()
