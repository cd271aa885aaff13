"""The end of each process, asked for or not: what is under way is finished or given back. SAFETY 14."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import websockets
from installations import Installation, children_of
from mail_server import MailServer
from persistent_clients import CHANGES, REPLY, new_ticket
from ports import free_port
from processes import LOOK_SECONDS, Site
from running_web import GraphSocket

pytestmark = pytest.mark.service
END_SECONDS = 25
SOCKETS = 3
READY = "Deskwire is ready"
DELIVERY = """
SELECT attempts, lease_until, done_at FROM outbox JOIN mail_out ON mail_out.id = mail_id
WHERE recipient = $1"""


async def test_a_web_process_answers_what_it_began_and_tells_its_sockets_to_come_back(acme: Site) -> None:
    web = acme.process("serve")
    await acme.start(web)
    ticket = await new_ticket(acme, acme.keys["ada"], "web@x.example")
    async with AsyncExitStack() as stack, asyncio.timeout(END_SECONDS):
        sockets = [await stack.enter_async_context(acme.socket(acme.keys["ada"])) for _ in range(SOCKETS)]
        watching = [asyncio.create_task(_close_code(socket)) for socket in sockets]
        async with acme.locked("ticket"):
            values = {"ticketId": ticket, "body": "Just in time."}
            replying = asyncio.create_task(acme.post(REPLY, acme.keys["ada"], input=values))
            await acme.has_somebody_waiting()

            ending = asyncio.create_task(web.end())
            await watching[0]
            readiness = await acme.readiness()
        codes = [await each for each in watching]
        answer, exit_code = await replying, await ending

    assert readiness != "ready"
    assert codes == [1012] * SOCKETS
    assert answer["data"]["ticketReply"]["errors"] == []
    assert exit_code == 0


async def test_a_worker_gives_back_what_it_cannot_finish(acme: Site, mx: MailServer) -> None:
    web, worker = acme.process("serve"), acme.process("work")
    await acme.start(web, worker)
    stall = mx.stalls["stalled@x.example"] = asyncio.Event()
    mx.has_heard.clear()
    await new_ticket(acme, acme.keys["ada"], "stalled@x.example")
    await mx.has_heard.wait()

    async with asyncio.timeout(END_SECONDS):
        exit_code = await worker.end()

    [row] = await acme.rows(DELIVERY, "stalled@x.example")
    assert (exit_code, *row) == (0, 0, None, None)
    stall.set()
    await acme.start(worker)
    await acme.has_nothing_left_to_do()
    assert [letter["To"] for letter in mx.taken].count("stalled@x.example") == 1


@pytest.mark.parametrize("command", ["work", "tick"])
async def test_a_process_that_has_nothing_to_do_ends_at_once(acme: Site, command: str) -> None:
    process = acme.process(command)
    await acme.start(process)
    await process.has_said({"work": "doorbell_up", "tick": "schedule_ran"}[command])

    async with asyncio.timeout(5):
        assert await process.end() == 0


async def test_all_of_it_ends_when_it_is_asked_to_and_when_it_is_killed(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data", free_port())
    found = ("workspaces", "create", "--slug", "acme", "--name", "Acme")
    await installation.up(READY)
    await installation.run(*found)
    killed = children_of(installation.pid)

    async with asyncio.timeout(END_SECONDS):
        await installation.kill()
    await _are_gone(killed)
    await installation.up(READY)
    assert await installation.run(*found) == (1, "", "deskwire: There is a workspace called acme already.\n")
    ended = children_of(installation.pid)
    async with asyncio.timeout(END_SECONDS):
        exit_code = await installation.end(signal.SIGTERM)

    assert exit_code == 0
    assert min(len(killed), len(ended)) >= 4
    await _are_gone(ended)


async def _close_code(socket: GraphSocket) -> int | None:
    """Listen until the socket is closed, and return the code that says why."""
    watching = await socket.subscribe(CHANGES)
    try:
        while True:
            await socket.next(watching)
    except websockets.ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def _are_gone(pids: list[int]) -> None:
    async with asyncio.timeout(END_SECONDS):
        while any(map(_is_running, pids)):
            await asyncio.sleep(LOOK_SECONDS)


def _is_running(pid: int) -> bool:
    """Tell whether it still does something; one that is dead but was not fetched yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False
