"""PostgreSQL restarted while people write: every answer is true, and all goes on by itself. SAFETY 4."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto

import pytest
from mail_server import MailServer
from outside_server import Mode, OutsideServer
from persistent_clients import CHANGES, REPLY, Listener, Message, listener, new_ticket
from processes import LOOK_SECONDS, Site

from models.faults import AWAY, UNKNOWN
from schema.ids import global_id

pytestmark = pytest.mark.service
WRITERS = 6
BEFORE = 60  # replies are answered, and the server goes
AMID = 20  # are refused, and it comes back
NORMAL_SECONDS = 5
PACE_SECONDS = 0.1  # between two replies of a writer; the worker is not to fall behind
PATIENCE_SECONDS = 60
LOG = "SELECT seq, id FROM event WHERE workspace_id = 1 ORDER BY seq"
SAID = "SELECT body FROM comment WHERE workspace_id = 1 AND body LIKE $1"


class Answer(Enum):
    """What an answer says of the reply that was sent."""

    SAVED = auto()
    NOT_SAVED = auto()
    NOBODY_KNOWS = auto()


@dataclass
class Diary:
    """Every answer by the body of the reply, and how the refusals were worded."""

    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    refusals: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    is_over: bool = False
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def note(self, body: str, answer: Message) -> None:
        """Write down what was answered to the reply with this body."""
        refusals = {(error["extensions"]["code"], error["message"]) for error in answer.get("errors", [])}
        saved = Answer.NOBODY_KNOWS if any(words == UNKNOWN for _, words in refusals) else Answer.NOT_SAVED
        async with self._news:
            self.answers[body] = saved if refusals else Answer.SAVED
            self.refusals |= refusals
            self._news.notify_all()

    def bodies(self, answer: Answer) -> set[str]:
        return {body for body, given in self.answers.items() if given is answer}

    async def has(self, count: int, answer: Answer) -> None:
        """Wait until so many were answered so."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.bodies(answer)) >= count)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_of_the_database_makes_no_answer_false(
    acme: Site, mx: MailServer, server: OutsideServer, mode: Mode
) -> None:
    processes = [acme.process(command) for command in ("serve", "work", "tick")]
    await acme.start(*processes)
    hearing, diary = await listener(acme, acme.keys["grace"], CHANGES), Diary()

    async with hearing.listening():
        await _restart_amid_writing(acme, mx, server, mode, diary)
        await acme.has_nothing_left_to_do()
        await _check_log(acme, hearing)

    saved = {row["body"] for row in await acme.rows(SAID, f"{mode}%")}
    assert diary.bodies(Answer.SAVED) <= saved
    assert not diary.bodies(Answer.NOT_SAVED) & saved
    assert diary.refusals <= {("SERVICE_UNAVAILABLE", AWAY), ("SERVICE_UNAVAILABLE", UNKNOWN)}
    assert all(process.is_running for process in processes)
    assert "INTERNAL_SERVER_ERROR" not in acme.logs()


async def _restart_amid_writing(
    acme: Site, mx: MailServer, server: OutsideServer, mode: Mode, diary: Diary
) -> None:
    tickets = [await new_ticket(acme, acme.keys["ada"], f"{mode}-{nth}@x.example") for nth in range(WRITERS)]
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as writing:
        for ticket in tickets:
            writing.create_task(_write(acme, ticket, f"{mode} {ticket}", diary))
        await diary.has(BEFORE, Answer.SAVED)
        await server.stop(mode)
        await diary.has(AMID, Answer.NOT_SAVED)
        assert await acme.readiness() == "degraded"
        await server.start()
        async with asyncio.timeout(NORMAL_SECONDS):
            await _is_normal(acme, mx, f"after-{mode}@x.example")
        diary.is_over = True


async def _write(acme: Site, ticket: str, prefix: str, diary: Diary) -> None:
    """Reply again and again, never the same twice, and note each answer."""
    nth = 0
    while not diary.is_over:
        body = f"{prefix} {(nth := nth + 1)}"
        answer = await acme.post(REPLY, acme.keys["ada"], input={"ticketId": ticket, "body": body})
        await diary.note(body, answer)
        await asyncio.sleep(PACE_SECONDS)


async def _is_normal(acme: Site, mx: MailServer, address: str) -> None:
    """Wait until the site is ready, a ticket is created, and its customer has the letter."""
    await acme.is_ready()
    await new_ticket(acme, acme.keys["ada"], address)
    while not any(letter["To"] == address for letter in mx.taken):
        await asyncio.sleep(LOOK_SECONDS)


async def _check_log(acme: Site, hearing: Listener) -> None:
    """The log has no hole, and who listened all the time heard each event once and in order."""
    rows = await acme.rows(LOG)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    last = global_id("TicketEvent", rows[-1]["id"])
    await hearing.first(lambda told: told["event"]["id"] == last, seconds=10)
    heard = [told["event"]["id"] for told in hearing.heard]
    assert heard == [global_id("TicketEvent", row["id"]) for row in rows][-len(heard) :]
