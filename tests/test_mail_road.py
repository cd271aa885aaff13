"""The whole mail road on real processes: a mail in, an answer out, its answer in again, whatever falls."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from random import Random
from secrets import token_hex

import aiosmtplib
import pytest
from mail_server import MailServer, mail_server
from outside_server import outside_server
from persistent_clients import CHANGES, COMMENTS, Listener, listener, reply
from ports import free_port
from postbox import letter, post
from processes import Process, Site, site
from services import rabbitmq_server, redis_server

from models.embedded import Embedded

pytestmark = pytest.mark.service
MAIL_SECONDS = 60
AGAIN_SECONDS = 0.05
MEANWHILE_SECONDS = 0.3  # a mail is taken, parsed and placed in about as long
SEED = 20261124
PARTS = ("serve", "work", "tick", "listen")
BROKERS = {"redis": redis_server, "rabbitmq": rabbitmq_server}
PLACED = """
SELECT mail_in.outcome, mail_in.ticket_id FROM mail_in JOIN ticket ON ticket.id = mail_in.ticket_id
JOIN contact ON contact.id = ticket.contact_id WHERE contact.email = $1 ORDER BY mail_in.id"""
DONE = """
SELECT event.kind FROM event JOIN ticket ON ticket.id = event.ticket_id
JOIN contact ON contact.id = ticket.contact_id WHERE contact.email = $1 ORDER BY seq"""


@dataclass
class Road:
    """An installation with its listener, and the mail server that its letters go to."""

    site: Site
    mx: MailServer
    parts: dict[str, Process]
    port: int

    def letters(self, address: str) -> list[EmailMessage]:
        return [each for each in self.mx.taken if address in each["To"]]

    async def letter(self, address: str, subject: str) -> EmailMessage:
        """Wait for the letter to this address whose subject says this."""
        async with asyncio.timeout(MAIL_SECONDS):
            while not (found := [each for each in self.letters(address) if subject in each["Subject"]]):
                await asyncio.sleep(AGAIN_SECONDS)
        return found[0]

    async def send(self, mail: EmailMessage) -> None:
        """Hand the mail over, again and again until it is taken, as mail servers do."""
        async with asyncio.timeout(MAIL_SECONDS):
            while True:
                try:
                    return await post(self.port, mail, sender=str(mail["From"]))
                except (aiosmtplib.SMTPException, OSError):
                    await asyncio.sleep(AGAIN_SECONDS)


@pytest.fixture(scope="module", params=["embedded", "redis", "rabbitmq"])
async def road(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Road]:
    """All on the embedded database; or an outside one, with a broker, and on Redis with its doorbell."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    async with AsyncExitStack() as stack:
        mx = await stack.enter_async_context(mail_server())
        told = {"SMTP_URL": f"smtp://127.0.0.1:{mx.port}", "DESKWIRE_SMTP_IN_PORT": str(port)}
        url, further = await _set_up(stack, request.param, folder)
        made = await stack.enter_async_context(site(folder, url, **told, **further))
        parts = {command: made.process(command) for command in PARTS}
        await made.start(*parts.values())
        yield Road(made, mx, parts, port)


async def _set_up(stack: AsyncExitStack, kind: str, folder: Path) -> tuple[str, dict[str, str]]:
    """Start the servers; return the database's address, and what the processes are told of the others."""
    if kind == "embedded":
        return stack.enter_context(Embedded(folder / "data", durable=False)).url, {"DATABASE_URL": ""}
    url = (await stack.enter_async_context(outside_server())).url
    broker = await stack.enter_async_context(BROKERS[kind](folder))
    doorbell = {"DOORBELL_URL": broker.url} if kind == "redis" else {}
    return url, {"BROKER_URL": broker.url} | doorbell


@dataclass
class Journey:
    """One customer's mails, while one process falls again and again."""

    road: Road
    falling: Process | None
    dice: Random
    open_at_kills: int = 0

    async def amid(self, doing: Awaitable[None]) -> None:
        """Let it be done while what falls falls, and stands up again."""
        task = asyncio.ensure_future(doing)
        if self.falling is not None:
            await asyncio.sleep(self.dice.uniform(0, MEANWHILE_SECONDS))
            self.open_at_kills += self.road.mx.connections
            await self.falling.kill()
            await self.road.site.start(self.falling)
        await task


@pytest.mark.parametrize("fallen", ["nothing", *PARTS])
async def test_a_mail_is_answered_and_its_answer_comes_back_whatever_falls(road: Road, fallen: str) -> None:
    address, key = f"carl-{token_hex(4)}@x.example", road.site.keys["grace"]
    journey = Journey(road, road.parts.get(fallen), Random(SEED))
    changes = await listener(road.site, key, CHANGES)
    comments = await listener(road.site, key, COMMENTS)

    async with changes.listening(), comments.listening():
        await journey.amid(road.send(letter("It burns.", **{"from": address})))
        ticket = (await changes.first(lambda told: told["event"] is not None))["ticket"]["id"]
        await journey.amid(reply(road.site, road.site.keys["ada"], ticket, "Use water."))
        await _heard(comments, "Use water.")
        answer = await road.letter(address, "We answered your request")
        words = letter("That helped.", to=str(answer["Reply-To"].addresses[0].addr_spec), **{"from": address})
        await journey.amid(road.send(words))
        await _heard(comments, "That helped.")
        await road.site.has_nothing_left_to_do(within_seconds=MAIL_SECONDS)

    placed = await road.site.rows(PLACED, address)
    assert [row["outcome"] for row in placed] == ["NEW", "THREADED"]
    assert len({row["ticket_id"] for row in placed}) == 1
    done = [row["kind"] for row in await road.site.rows(DONE, address)]
    assert done == ["CREATED", "REPLIED", "CUSTOMER_REPLIED"]
    assert [told["comment"]["body"] for told in comments.heard] == ["Use water.", "That helped."]
    letters = Counter(each["Message-ID"] for each in road.letters(address))
    assert len(letters) == 2
    assert letters.total() - len(letters) <= journey.open_at_kills
    assert "Traceback" not in road.site.logs()


async def _heard(comments: Listener, body: str) -> None:
    """Wait for the agent's socket to tell of the comment."""
    await comments.first(lambda told: told["comment"]["body"] == body)
