"""Mail that comes in three times, in any order, while processes are killed outright: SAFETY 7; I5."""

import asyncio
import os
from pathlib import Path
from random import Random

import aiosmtplib
import pytest
from outside_server import OutsideServer
from ports import free_port
from postbox import letter, post
from processes import Process, Site, site

pytestmark = pytest.mark.service
KILLS = int(os.environ.get("DESKWIRE_SOAK", "6"))
MAILS = 40
TIMES = 3
SENDERS = 6
AGAIN_SECONDS = 0.05
BETWEEN_SECONDS = (0.3, 1.2)
SEED = 20261124
FOUND = "SELECT title FROM ticket WHERE workspace_id = 1 ORDER BY title"
OUTCOMES = "SELECT DISTINCT outcome FROM mail_in"


async def test_mail_delivered_three_times_amid_kills_becomes_one_ticket_each(
    server: OutsideServer, tmp_path: Path
) -> None:
    port = free_port()
    async with site(tmp_path, server.url, DESKWIRE_SMTP_IN_PORT=str(port)) as made:
        listener, worker = made.process("listen"), made.process("work")
        await made.start(listener, worker)
        sending = asyncio.create_task(_send_all(port))
        await _kill_and_start(made, [listener, worker])
        refused = await sending
        await made.has_nothing_left_to_do()

        titles = [row["title"] for row in await made.rows(FOUND)]
        outcomes = [row["outcome"] for row in await made.rows(OUTCOMES)]

    assert refused > 0
    assert titles == [f"Mail {number:02}" for number in range(MAILS)]
    assert outcomes == ["NEW"]


async def _send_all(port: int) -> int:
    """Send each mail three times, until it is taken each time; return how often that was not so."""
    mails = [
        letter(subject=f"Mail {number:02}", **{"from": f"c{number}@x.example"}) for number in range(MAILS)
    ]
    queue = mails * TIMES
    Random(SEED).shuffle(queue)

    async def send() -> int:
        refused = 0
        while queue:
            mail = queue.pop()
            while not await _is_taken(port, mail.as_bytes()):
                refused += 1
                await asyncio.sleep(AGAIN_SECONDS)
            await asyncio.sleep(AGAIN_SECONDS)
        return refused

    return sum(await asyncio.gather(*(send() for _ in range(SENDERS))))


async def _is_taken(port: int, mail: bytes) -> bool:
    try:
        await post(port, mail, "acme@localhost")
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


async def _kill_and_start(made: Site, mortal: list[Process]) -> None:
    dice = Random(SEED)
    for nth in range(KILLS):
        await asyncio.sleep(dice.uniform(*BETWEEN_SECONDS))
        victim = mortal[nth % len(mortal)]
        await victim.kill()
        await made.start(victim)
