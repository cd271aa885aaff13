"""Deskwire as it is installed and run: commands in processes of their own, on a data folder."""

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60


@dataclass
class Installation:
    """A data folder and a port, and the `deskwire up` that may run on them."""

    data: Path
    port: int
    _process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def run(self, *words: str, **environment: str) -> tuple[int | None, str, str]:
        """Run a command to its end; return its exit code and what it said."""
        process = await self._start(*words, output=asyncio.subprocess.PIPE, **environment)
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    async def up(self, marker: str) -> str:
        """Start it, and return what it said up to the line with the marker."""
        with self.log.open("ab") as log:
            self._process = await self._start("up", output=log.fileno())
        words = ""
        async with asyncio.timeout(START_SECONDS):
            assert self._process.stdout
            while marker not in words:
                line = await self._process.stdout.readline()
                assert line, f"{words}\n{self.log.read_text()}"
                words += line.decode()
        return words

    async def end(self, number: signal.Signals) -> int:
        """Send the signal and return the exit code."""
        assert self._process
        self._process.send_signal(number)
        return await self._process.wait()

    async def kill(self) -> None:
        """End it outright, if it still runs."""
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    @property
    def log(self) -> Path:
        return self.data.with_suffix(".log")

    async def _start(self, *words: str, output: int, **environment: str) -> asyncio.subprocess.Process:
        """Start the command as a user does, with nothing of the tests' own settings."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DESKWIRE_", "DATABASE_"))}
        told = {"DATA": str(self.data), "PORT": str(self.port), "DESKWIRE_DEMO": "false"}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "cli", *words),
            env=inherited | told | {"DESKWIRE_PASSWORD": "correct horse battery"} | environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
        )


def children_of(pid: int) -> list[int]:
    """Return the processes that this one started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
