"""A worker that is frozen while it hands a letter over, and wakes when another has done it: SAFETY 3."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg
import pytest
from mail_server import MailServer
from office import text
from persistent_clients import new_ticket, reply
from processes import Process, Site

pytestmark = pytest.mark.service
ROWS = """
SELECT outbox.*, mail_out.state, mail_out.sent_at, mail_out.message_id
FROM mail_out JOIN outbox ON outbox.mail_id = mail_out.id WHERE letter = 'REPLY' AND recipient = $1"""


@dataclass
class Stall:
    """Holds up the first who comes by."""

    is_reached: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self) -> None:
        if not self.is_reached.is_set():
            self.is_reached.set()
            await self.is_over.wait()


@dataclass
class Frozen:
    """A worker frozen amid a delivery, and one that took the letter over meanwhile."""

    first: Process
    second: Process
    stall: Stall
    row: asyncpg.Record


async def test_a_worker_frozen_before_the_text_sends_none_when_it_wakes(acme: Site, mx: MailServer) -> None:
    frozen = await _freeze(acme, mx, "early@x.example", lambda hold: setattr(mx, "on_rcpt", hold))

    await _wake(frozen)
    await frozen.first.has_said("job_stale")

    assert _letters(mx, "early@x.example") == [frozen.row["message_id"]]
    assert await acme.rows(ROWS, "early@x.example") == [frozen.row]


async def test_a_worker_frozen_amid_the_text_takes_nothing_back_when_it_wakes(
    acme: Site, mx: MailServer
) -> None:
    frozen = await _freeze(acme, mx, "late@x.example", lambda hold: setattr(mx, "on_data", hold))

    await _wake(frozen)
    await frozen.first.has_said(f'"mail_id": {frozen.row["mail_id"]},')

    assert _letters(mx, "late@x.example") == [frozen.row["message_id"]] * 2  # I2: it was amid the text
    assert await acme.rows(ROWS, "late@x.example") == [frozen.row]


async def _freeze(
    acme: Site, mx: MailServer, address: str, stall_at: Callable[[Callable[[], Awaitable[None]]], None]
) -> Frozen:
    """Freeze a worker that hands over a reply; return when another has done that and all is recorded."""
    web, first, second = acme.process("serve"), acme.process("work", "first"), acme.process("work", "second")
    await acme.start(web, first)
    ticket = await new_ticket(acme, acme.keys["ada"], address)
    await acme.has_nothing_left_to_do()
    stall = Stall()
    stall_at(stall.hold)
    await reply(acme, acme.keys["ada"], ticket, "Use water.")
    await stall.is_reached.wait()
    first.freeze()
    await acme.start(second)
    await acme.has_nothing_left_to_do()
    [row] = await acme.rows(ROWS, address)
    assert (row["state"], row["fence"], row["attempts"]) == ("SENT", 2, 2)
    await web.kill()
    return Frozen(first, second, stall, row)


async def _wake(frozen: Frozen) -> None:
    """Let the mail server answer, and the worker see it."""
    frozen.stall.is_over.set()
    frozen.first.thaw()


def _letters(mx: MailServer, address: str) -> list[str]:
    """Return the replies that the customer has got, by their Message-IDs."""
    own = [letter for letter in mx.taken if letter["To"] == address]
    return [letter["Message-ID"] for letter in own if "Use water." in text(letter)]
