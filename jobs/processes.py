"""The processes of `deskwire up`: started, started again when they fall, ended in order, never left over."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 5.0
STEADY_SECONDS = 30.0  # who was up for so long starts again without delay
TEND_SECONDS = 1.0
SUPERVISOR = "DESKWIRE_SUPERVISOR"  # carries our process number to the children
PR_SET_PDEATHSIG = 1

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Part:
    """A process: its name in the log, its command, and the time it has to end before it is killed."""

    name: str
    command: Sequence[str]
    end_seconds: float


WHOLE: tuple[tuple[Part, ...], ...] = (
    (
        Part("web", (sys.executable, "-P", "-m", "cli", "serve"), 12),
        Part("listener", (sys.executable, "-P", "-m", "cli", "listen"), 12),
    ),
    (
        Part("worker", (sys.executable, "-P", "-m", "cli", "work"), 11),
        Part("tick", (sys.executable, "-P", "-m", "cli", "tick"), 11),
    ),
)
"""In the order of ending: what takes things in drains while the others still work for it. 25 s in all."""


class Supervisor:
    """Keeps the parts running until a signal. A second signal ends them at once."""

    def __init__(self, ranks: Sequence[Sequence[Part]], environment: Mapping[str, str]) -> None:
        self._ranks = ranks
        self._environment = {**os.environ, **environment, SUPERVISOR: str(os.getpid())}
        self._ending: set[str] = set()
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._signalled = asyncio.Event()
        self._hurried = asyncio.Event()

    @property
    def numbers(self) -> dict[str, int]:
        """The process numbers by part."""
        return {name: process.pid for name, process in self._processes.items()}

    async def run(
        self, *, tend: Callable[[], None] | None = None, tend_seconds: float = TEND_SECONDS
    ) -> None:
        """Start all, and end them in order when a signal comes. `tend` is called every so often."""
        loop = asyncio.get_running_loop()
        signals = ending_signals()
        for number in signals:
            loop.add_signal_handler(number, self.end)
        tending = loop.create_task(_tend(tend, tend_seconds)) if tend else None
        try:
            for part in (part for rank in self._ranks for part in rank):
                self._keepers[part.name] = loop.create_task(self._keep(part))
            await self._signalled.wait()
            for rank in self._ranks:
                await asyncio.gather(*map(self._end, rank))
        finally:
            await _cancel(tending, *self._keepers.values())
            self._kill_all()
            for number in signals:
                loop.remove_signal_handler(number)

    def end(self) -> None:
        """Begin to end all; called again, end them at once."""
        if self._signalled.is_set():
            self._hurried.set()
            self._kill_all()
        self._signalled.set()

    async def _keep(self, part: Part) -> None:
        """Start the part, and again whenever it falls, until it is to end."""
        loop, delay = asyncio.get_running_loop(), FIRST_DELAY_SECONDS
        while part.name not in self._ending:
            started = loop.time()
            process = await self._start(part)
            code = await process.wait()
            if part.name in self._ending:
                return
            if loop.time() - started > STEADY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            log.warning("process_fell", name=part.name, pid=process.pid, code=code, seconds=delay)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):  # wait_for would swallow a cancellation
                    await self._signalled.wait()
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)
            if self._signalled.is_set():
                return

    async def _start(self, part: Part) -> asyncio.subprocess.Process:
        """Start it in a session of its own: the terminal's Ctrl-C reaches us alone, and we keep order."""
        process = await asyncio.create_subprocess_exec(
            *part.command,
            stdin=asyncio.subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )
        self._processes[part.name] = process
        if part.name in self._ending:
            process.terminate()
        return process

    async def _end(self, part: Part) -> None:
        self._ending.add(part.name)
        process, keeper = self._processes.get(part.name), self._keepers[part.name]
        if self._hurried.is_set():
            self._kill_all()
        elif process and process.returncode is None:
            process.terminate()
        _, waiting = await asyncio.wait([keeper], timeout=part.end_seconds)
        if waiting:
            log.warning("process_killed", name=part.name, seconds=part.end_seconds)
            self._processes[part.name].kill()
            await keeper

    def _kill_all(self) -> None:
        for process in self._processes.values():
            if process.returncode is None:
                process.kill()


def ending_signals() -> list[signal.Signals]:
    """Return the signals that end us; under `nohup` a closed terminal is none of them."""
    deaf = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if deaf else [signal.SIGHUP])]


def follow_supervisor() -> None:
    """Let this process die with the one that started it, even when that is killed outright.

    Linux alone knows this; elsewhere a killed supervisor's processes must be ended by hand.
    """
    number = os.environ.get(SUPERVISOR)
    if number is None or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(number):
        sys.exit("deskwire: the supervisor is gone.")


async def _tend(tend: Callable[[], None], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(tend)
        except Exception as fault:
            log.warning("database_down", fault=type(fault).__name__, exc_info=fault)


async def _cancel(*tasks: asyncio.Task[None] | None) -> None:
    for task in tasks:
        if task:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
