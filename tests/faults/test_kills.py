"""Processes killed outright, again and again, while people write: SAFETY 2; I1, I2 and I3."""

import asyncio
import os
from collections import Counter
from random import Random

import pytest
from mail_server import MailServer
from office import text
from persistent_clients import CHANGES, Listener, listener, new_ticket, persist, reply
from processes import Process, Site

from schema.ids import global_id

pytestmark = pytest.mark.service
KILLS = int(os.environ.get("DESKWIRE_SOAK", "10"))
WRITERS = 4
PACE_SECONDS = 0.05  # between two replies of a writer; the worker is not to fall behind for long
BETWEEN_SECONDS = (0.1, 1.0)
DATA_SECONDS = 0.02  # the mail server takes its time, so that kills find letters half handed over
RECOVERY_SECONDS = 75
SEED = 20261124
LOG = "SELECT seq, id FROM event WHERE workspace_id = 1 ORDER BY seq"
SAID_ONCE = "SELECT id FROM comment WHERE body = 'Said once.'"
REPLY_WITH_LABELS = """
mutation ($input: TicketReplyInput!) {
  ticketReply(input: $input) { errors { code } comment { id } ticket { labels { name } } }
}"""
SAID = "SELECT body FROM comment WHERE workspace_id = 1 ORDER BY id"


async def test_kills_at_any_instant_lose_nothing_and_double_nothing(acme: Site, mx: MailServer) -> None:
    mx.on_data = lambda: asyncio.sleep(DATA_SECONDS)
    web, worker, tick = (acme.process(command) for command in ("serve", "work", "tick"))
    await acme.start(web, worker, tick)
    hearing = await listener(acme, acme.keys["grace"], CHANGES)

    async with hearing.listening():
        answered, open_at_kills = await _write_amid_kills(acme, mx, [web, worker])
        await acme.has_nothing_left_to_do(within_seconds=RECOVERY_SECONDS)
        await _check_log(acme, hearing)

    assert sorted(row["body"] for row in await acme.rows(SAID)) == sorted(answered)
    assert _undelivered(mx, answered) == []
    letters = Counter(letter["Message-ID"] for letter in mx.taken)
    assert len(letters) == len(answered) + WRITERS  # with the acknowledgements
    assert letters.total() - len(letters) <= open_at_kills
    assert len(answered) > KILLS * WRITERS


async def test_who_lost_the_answer_to_a_kill_asks_again_and_has_written_once(acme: Site) -> None:
    web = acme.process("serve")
    await acme.start(web)
    ticket = await new_ticket(acme, acme.keys["ada"], "lost@x.example")
    async with acme.locked("ticket_label"):  # read for the answer only
        asking = asyncio.create_task(
            persist(acme, REPLY_WITH_LABELS, acme.keys["ada"], ticketId=ticket, body="Said once.")
        )
        await acme.has_somebody_waiting()
        saved = await acme.rows(SAID_ONCE)
        await web.kill()
    await acme.start(web)
    answer = await asking

    assert len(saved) == 1
    assert answer["comment"]["id"] == global_id("Comment", saved[0]["id"])
    assert await acme.rows(SAID_ONCE) == saved


async def test_a_worker_killed_after_a_letter_was_taken_sends_it_once(acme: Site, mx: MailServer) -> None:
    web, worker = acme.process("serve"), acme.process("work")
    await acme.start(web, worker)
    is_leaving, may_leave = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        is_leaving.set()
        await may_leave.wait()

    mx.on_quit = hold
    await new_ticket(acme, acme.keys["ada"], "farewell@x.example")
    await is_leaving.wait()
    await worker.kill()
    may_leave.set()
    await acme.start(worker)
    await acme.has_nothing_left_to_do()

    assert [letter["To"] for letter in mx.taken].count("farewell@x.example") == 1


async def _write_amid_kills(acme: Site, mx: MailServer, mortal: list[Process]) -> tuple[list[str], int]:
    """Let all write while processes are killed.

    Return what was answered, and how many connections to the mail server were open at kills of a worker.
    """
    is_over = asyncio.Event()
    writing = [asyncio.create_task(_write(acme, nth, is_over)) for nth in range(WRITERS)]
    open_at_kills = await _kill_and_start(acme, mx, mortal)
    is_over.set()
    return [body for bodies in await asyncio.gather(*writing) for body in bodies], open_at_kills


async def _kill_and_start(acme: Site, mx: MailServer, mortal: list[Process]) -> int:
    dice, open_at_kills = Random(SEED), 0
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(*BETWEEN_SECONDS))
        victim = dice.choice(mortal)
        open_at_kills += mx.connections if victim.command == "work" else 0
        await victim.kill()
        await acme.start(victim)
    return open_at_kills


async def _write(acme: Site, nth: int, is_over: asyncio.Event) -> list[str]:
    """Reply again and again until it is over; return what was answered."""
    answered: list[str] = []
    ticket = await new_ticket(acme, acme.keys["ada"], f"customer-{nth}@x.example")
    while not is_over.is_set():
        body = f"Reply {len(answered)} to customer {nth}."
        await reply(acme, acme.keys["ada"], ticket, body)
        answered.append(body)
        await asyncio.sleep(PACE_SECONDS)
    return answered


async def _check_log(acme: Site, hearing: Listener) -> None:
    """The log has no hole, and who listened heard each of its events once and in order."""
    rows = await acme.rows(LOG)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    last = global_id("TicketEvent", rows[-1]["id"])
    await hearing.first(lambda told: told["event"]["id"] == last, seconds=10)
    assert [told["event"]["id"] for told in hearing.heard] == [
        global_id("TicketEvent", row["id"]) for row in rows
    ]


def _undelivered(mx: MailServer, answered: list[str]) -> list[str]:
    delivered = {text(letter).split("\n\n")[1] for letter in mx.taken}
    return [body for body in answered if body not in delivered]
