"""The supervisor: real processes that fall, that are deaf, and that must not outlive it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from jobs.processes import Part, Supervisor

pytestmark = pytest.mark.service
CHILD = """
import os, signal, socket, sys, time
from jobs.processes import follow_supervisor
name, path, temper = sys.argv[1:]
follow_supervisor()
line = socket.socket(socket.AF_UNIX)
line.connect(path)
def end(number, frame):
    if temper == "slow":
        time.sleep(0.3)
    if temper != "deaf":
        line.sendall(b"%s ended\\n" % name.encode())
        sys.exit(0)
signal.signal(signal.SIGTERM, end)
line.sendall(b"%s started\\n" % name.encode())
if temper == "falls":
    sys.exit(3)
while True:
    signal.pause()
"""
SUPERVISOR = """
import asyncio, sys
from jobs.processes import Part, Supervisor
child, path = sys.argv[1:]
part = Part("web", (sys.executable, "-c", child, "web", path, "good"), 5)
asyncio.run(Supervisor([[part]], {}).run())
"""


class Diary:
    """What the processes say of themselves, and that they are gone, in the order of time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._words: asyncio.Queue[str] = asyncio.Queue()

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = ""
        while line := await reader.readline():
            name = line.decode().split()[0]
            self._words.put_nowait(line.decode().strip())
        self._words.put_nowait(f"{name} gone")
        writer.close()

    async def next(self, count: int = 1) -> list[str]:
        async with asyncio.timeout(10):
            return [await self._words.get() for _ in range(count)]

    def part(self, name: str, temper: str = "good", end_seconds: float = 5) -> Part:
        return Part(name, (sys.executable, "-c", CHILD, name, str(self.path), temper), end_seconds)


@pytest.fixture
async def diary(tmp_path: Path) -> AsyncGenerator[Diary]:
    diary = Diary(tmp_path / "diary")
    server = await asyncio.start_unix_server(diary.listen, diary.path)
    yield diary
    server.close()
    await server.wait_closed()


async def test_what_falls_is_started_again_later_and_later(diary: Diary) -> None:
    supervisor = Supervisor([[diary.part("worker", "falls")]], {})

    with capture_logs() as lines:
        running = asyncio.create_task(supervisor.run())
        said = await diary.next(8)
        supervisor.end()
        await running

    assert said == ["worker started", "worker gone"] * 4
    falls = [(line["name"], line["code"], line["seconds"]) for line in lines]
    assert falls[:3] == [("worker", 3, 0.2), ("worker", 3, 0.4), ("worker", 3, 0.8)]


async def test_a_process_that_is_killed_is_started_again(diary: Diary) -> None:
    supervisor = Supervisor([[diary.part("web")]], {})
    running = asyncio.create_task(supervisor.run())
    assert await diary.next() == ["web started"]

    os.kill(supervisor.numbers["web"], signal.SIGKILL)

    assert await diary.next(2) == ["web gone", "web started"]
    supervisor.end()
    await running


async def test_the_first_rank_has_ended_before_the_next_is_asked_to(diary: Diary) -> None:
    supervisor = Supervisor([[diary.part("web", "slow")], [diary.part("worker")]], {})
    running = asyncio.create_task(supervisor.run())
    await diary.next(2)

    supervisor.end()
    await running

    assert await diary.next(4) == ["web ended", "web gone", "worker ended", "worker gone"]


async def test_what_does_not_end_in_its_time_is_killed(diary: Diary) -> None:
    supervisor = Supervisor([[diary.part("web", "deaf", end_seconds=0.3)], [diary.part("worker")]], {})
    running = asyncio.create_task(supervisor.run())
    await diary.next(2)

    supervisor.end()
    await running

    assert await diary.next(3) == ["web gone", "worker ended", "worker gone"]


async def test_a_second_signal_ends_all_at_once(diary: Diary) -> None:
    supervisor = Supervisor([[diary.part("web", "deaf", end_seconds=60)], [diary.part("worker")]], {})
    running = asyncio.create_task(supervisor.run())
    await diary.next(2)

    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    async with asyncio.timeout(10):
        await running

    assert sorted(await diary.next(2)) == ["web gone", "worker gone"]


async def test_a_signal_during_a_start_is_not_lost(diary: Diary) -> None:
    supervisor = Supervisor([[diary.part("web")]], {})
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0)

    supervisor.end()

    async with asyncio.timeout(10):
        await running


async def test_the_processes_die_with_a_supervisor_that_is_killed_outright(diary: Diary) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SUPERVISOR, CHILD, str(diary.path))
    assert await diary.next() == ["web started"]

    process.kill()

    assert await diary.next() == ["web gone"]
    await process.wait()


async def test_a_child_whose_supervisor_is_gone_does_not_begin(diary: Diary) -> None:
    child = diary.part("web")

    process = await asyncio.create_subprocess_exec(
        *child.command, env={**os.environ, "DESKWIRE_SUPERVISOR": "1"}, stderr=asyncio.subprocess.PIPE
    )

    async with asyncio.timeout(10):
        _, words = await process.communicate()
    assert process.returncode == 1
    assert words == b"deskwire: the supervisor is gone.\n"


async def test_the_database_is_tended_although_tending_fails_once(diary: Diary) -> None:
    supervisor = Supervisor([[diary.part("web")]], {})
    tended = asyncio.Queue[int]()
    loop, calls = asyncio.get_running_loop(), list[int]()

    def tend() -> None:
        calls.append(len(calls))
        loop.call_soon_threadsafe(tended.put_nowait, len(calls))
        if len(calls) == 1:
            raise OSError("no database")

    running = asyncio.create_task(supervisor.run(tend=tend, tend_seconds=0.01))
    async with asyncio.timeout(10):
        assert [await tended.get() for _ in range(2)] == [1, 2]

    supervisor.end()
    await running
