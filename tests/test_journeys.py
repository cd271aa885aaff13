"""From a customer's first word to the last answer, on real processes, whatever falls on the way."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from random import Random
from secrets import token_hex
from typing import Any

import pytest
from mail_server import MailServer, mail_server
from office import parsed, text
from outside_server import outside_server
from persistent_clients import CHANGES, COMMENTS, CREATE, REPLY, Listener, Message, listener, persist
from processes import Process, Site, site

from models.embedded import Embedded
from schema.ids import global_id

pytestmark = pytest.mark.service
LOG = """
SELECT seq, event.id, ticket_id, kind FROM event JOIN workspace ON workspace.id = workspace_id
WHERE slug = 'acme' ORDER BY seq"""
SAID = """
SELECT body FROM ticket JOIN contact ON contact.id = contact_id
LEFT JOIN comment ON comment.ticket_id = ticket.id
WHERE email = $1 ORDER BY comment.id"""
READ = "{ ticket { reference timeline(first: 10) { nodes { ... on Comment { body authorName } } } } }"
PUBLIC = "/public/graphql"
MAIL_SECONDS = 30
MEANWHILE_SECONDS = 0.1  # an operation and its letter take about as long
TOKEN = re.compile(r"/t/(\S+)")
SEED = 20261124


@dataclass
class Stage:
    """An installation that runs, with its mail server where it has one."""

    site: Site
    mx: MailServer | None
    web: Process
    worker: Process
    tick: Process

    def letters(self, address: str) -> list[EmailMessage]:
        """Return what was sent to the address, in no order."""
        files = (self.site.folder / "data" / "outbox").glob("*.eml")
        letters = self.mx.taken if self.mx else [parsed(path.read_bytes()) for path in files]
        return [letter for letter in letters if address in letter["To"]]

    async def letter(self, address: str, subject: str) -> EmailMessage:
        """Wait for the letter to this address whose subject says this."""
        async with asyncio.timeout(MAIL_SECONDS):
            while not (found := [each for each in self.letters(address) if subject in each["Subject"]]):
                await asyncio.sleep(0.02)
        return found[0]


@pytest.fixture(scope="module", params=["embedded database, mail in a folder", "outside database, by SMTP"])
async def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stage]:
    folder = tmp_path_factory.mktemp("site")
    async with AsyncExitStack() as stack:
        if request.param.startswith("embedded"):
            url, mx = stack.enter_context(Embedded(folder / "data", durable=False)).url, None
            told = {"DATABASE_URL": ""}
        else:
            url = (await stack.enter_async_context(outside_server())).url
            mx = await stack.enter_async_context(mail_server())
            told = {"SMTP_URL": f"smtp://127.0.0.1:{mx.port}"}
        made = await stack.enter_async_context(site(folder, url, **told))
        parts = [made.process(command) for command in ("serve", "work", "tick")]
        await made.start(*parts)
        yield Stage(made, mx, *parts)


@dataclass
class Journey:
    """One customer's way through the desk, on which a process may fall again and again."""

    stage: Stage
    falling: Process | None
    changes: Listener
    comments: Listener
    address: str = field(default_factory=lambda: f"carl-{token_hex(4)}@x.example")
    ticket: str = ""
    open_at_kills: int = 0
    dice: Random = field(default_factory=lambda: Random(SEED))

    async def travel(self) -> None:
        """Go from the first word to the last answer."""
        agent = self.stage.site.keys["ada"]
        contact = {"byAddress": {"email": self.address, "name": "Carl"}}
        made = await self.amid(self.send(CREATE, agent, title="The printer is on fire", contact=contact))
        self.ticket = made["ticket"]["id"]
        await self.changes.first(lambda told: told["ticket"]["id"] == self.ticket)
        await self.stage.letter(self.address, "We received your request")

        await self.amid(self.send(REPLY, agent, ticketId=self.ticket, body=f"Use water, {self.address}."))
        await self.hears(f"Use water, {self.address}.")
        letter = await self.stage.letter(self.address, "We answered your request")

        [token] = set(TOKEN.findall(text(letter)))
        await self.reads(token, f"Use water, {self.address}.")
        await self.amid(self.send(REPLY, token, path=PUBLIC, body=f"Thank you! {self.address}"))
        await self.hears(f"Thank you! {self.address}")

    async def send(self, mutation: str, key: str, *, path: str = "/graphql", **fields: Any) -> Message:
        return await persist(self.stage.site, mutation, key, path=path, **fields)

    async def amid(self, sending: Coroutine[Any, Any, Message]) -> Message:
        """Let it be sent while what falls falls, and stands up again."""
        task = asyncio.create_task(sending)
        if self.falling is not None:
            await asyncio.sleep(self.dice.uniform(0, MEANWHILE_SECONDS))
            self.open_at_kills += self.stage.mx.connections if self.stage.mx else 0
            await self.falling.kill()
            await self.stage.site.start(self.falling)
        return await task

    async def hears(self, body: str) -> None:
        """Wait for the agent's socket to tell of the comment."""
        await self.comments.first(lambda told: told["comment"]["body"] == body)

    async def reads(self, token: str, body: str) -> None:
        """Be the customer, who finds the answer behind the link of the letter."""
        ticket = (await self.stage.site.run(READ, token, path=PUBLIC))["ticket"]
        assert {"body": body, "authorName": "Ada"} in ticket["timeline"]["nodes"]


@pytest.mark.parametrize("fallen", ["nothing", "web", "worker"])
async def test_a_customer_is_served_once_whatever_falls(stage: Stage, fallen: str) -> None:
    falling = {"web": stage.web, "worker": stage.worker}.get(fallen)
    changes = await listener(stage.site, stage.site.keys["grace"], CHANGES)
    comments = await listener(stage.site, stage.site.keys["grace"], COMMENTS)
    journey = Journey(stage, falling, changes, comments)

    async with changes.listening(), comments.listening():
        await journey.travel()
        await stage.site.has_nothing_left_to_do()

    await _check_log(journey)
    assert [told["comment"]["body"] for told in comments.heard] == await _comments(journey)
    letters = Counter(letter["Message-ID"] for letter in stage.letters(journey.address))
    assert len(letters) == 2
    assert letters.total() - len(letters) <= journey.open_at_kills


async def _check_log(journey: Journey) -> None:
    """The log has no hole, and the ticket's part of it is what happened and what the agent was told."""
    rows = await journey.stage.site.rows(LOG)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    own = [row for row in rows if global_id("Ticket", row["ticket_id"]) == journey.ticket]
    assert [row["kind"] for row in own] == ["CREATED", "REPLIED", "CUSTOMER_REPLIED"]
    told = [message["event"]["id"] for message in journey.changes.heard]
    assert told == [global_id("TicketEvent", row["id"]) for row in own]


async def _comments(journey: Journey) -> list[str]:
    """Return the comments on all tickets of the customer."""
    return [row["body"] for row in await journey.stage.site.rows(SAID, journey.address)]
