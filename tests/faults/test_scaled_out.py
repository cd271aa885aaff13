"""Two of each process, and one after the other falls: nothing is lost or doubled. SAFETY 2, 5, 8, 14."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from random import Random

import pytest
from mail_server import MailServer, mail_server
from office import text
from outside_server import outside_server
from persistent_clients import CHANGES, COMMENTS, Listener, listener, new_ticket, reply
from ports import free_port
from processes import LOOK_SECONDS, Process, Site, site
from running_web import Reachable
from services import Service, rabbitmq_server, redis_server

from schema.ids import global_id

pytestmark = pytest.mark.service
WRITERS = 3
PACE_SECONDS = 0.1  # between two replies of a writer; the workers are not to fall behind for long
DATA_SECONDS = 0.05  # the mail server takes its time, so that letters are half handed over when one falls
CUT_SECONDS = (0.1, 0.5)  # between two cuts, of one follower after the other
RECOVERY_SECONDS = 75
LATE_SECONDS = 5  # 2 are allowed, on a machine that does nothing else
AWAY = 3  # replies whose delay is measured while the doorbell is away
SEED = 20261124
LEASE_SECONDS = "4"  # a worker that has to wait for the processor keeps its lease
HEAD = "SELECT max(seq) AS seq FROM event WHERE workspace_id = 1"
LOG = "SELECT seq, id FROM event WHERE workspace_id = 1 AND seq > $1 ORDER BY seq"
SAID = "SELECT body FROM comment WHERE workspace_id = 1 AND body LIKE $1"


@dataclass
class Estate:
    """An installation of two web processes, two workers, two clocks, and a broker outside the database."""

    site: Site
    mx: MailServer
    broker: Service
    webs: list[Process]
    workers: list[Process]
    ticks: list[Process]

    async def is_delivered(self, body: str) -> None:
        """Wait until the letter with this reply is taken."""
        async with asyncio.timeout(RECOVERY_SECONDS):
            while not any(body in text(letter) for letter in self.mx.taken):
                await asyncio.sleep(LOOK_SECONDS)


@pytest.fixture(scope="module")
async def estate(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Estate]:
    """One on Redis, broker and doorbell; or on RabbitMQ, with the doorbell in the database."""
    async with AsyncExitStack() as stack:
        url = (await stack.enter_async_context(outside_server())).url
        mx = await stack.enter_async_context(mail_server())
        mx.on_data = lambda: asyncio.sleep(DATA_SECONDS)
        start = {"redis": redis_server, "rabbitmq": rabbitmq_server}[request.param]
        broker = await stack.enter_async_context(start(tmp_path_factory.mktemp("broker")))
        told = {"SMTP_URL": f"smtp://127.0.0.1:{mx.port}", "BROKER_URL": broker.url}
        if request.param == "redis":
            told["DOORBELL_URL"] = broker.url
        folder = tmp_path_factory.mktemp("site")
        made = await stack.enter_async_context(
            site(folder, url, DESKWIRE_LEASE_SECONDS=LEASE_SECONDS, **told)
        )
        webs, workers, ticks = (_two(made, command) for command in ("serve", "work", "tick"))
        await made.start(*webs, *workers, *ticks)
        yield Estate(made, mx, broker, webs, workers, ticks)


def _two(made: Site, command: str) -> list[Process]:
    return [made.process(command, f"{command}-{nth}", PORT=str(free_port())) for nth in (1, 2)]


class Balancer(Reachable):
    """Leads each request to the next of the web processes, as a proxy does."""

    def __init__(self, webs: list[Process]) -> None:
        self._turns = cycle(webs)

    @property
    def url(self) -> str:
        return next(self._turns).web.url


@dataclass
class Day:
    """People write through both web processes, and others follow at each, until it is over."""

    name: str
    estate: Estate
    began_at: int
    followers: list[Listener]
    answered: list[str] = field(default_factory=list[str])
    open_at_kills: int = 0
    dice: Random = field(default_factory=lambda: Random(SEED))
    _is_over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def goes_on(self) -> AsyncGenerator[None]:
        """Let all do as they do, for as long as the block lasts; what is to be done is done at its end."""
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            for follower in self.followers:
                await stack.enter_async_context(follower.listening())
            writing = [tasks.create_task(self._write(nth)) for nth in range(WRITERS)]
            cutting = tasks.create_task(self._cut())
            yield
            self._is_over.set()
            await asyncio.gather(*writing)
            cutting.cancel()
            await self.estate.site.has_nothing_left_to_do(within_seconds=RECOVERY_SECONDS)
            await self._followers_are_there()

    async def reply(self, web: Reachable, ticket: str, words: str) -> str:
        """Reply, and return the whole of what was said."""
        body = f"{self.name}: {words}"
        await reply(web, self.estate.site.keys["ada"], ticket, body)
        self.answered.append(body)
        return body

    async def ticket(self, name: str) -> str:
        web = Balancer(self.estate.webs)
        return await new_ticket(web, self.estate.site.keys["ada"], f"{name}@{self.name}.example")

    async def kill(self, process: Process) -> None:
        """Let it fall, and stand up again after a while."""
        await asyncio.sleep(self.dice.uniform(0.5, 1))
        self.open_at_kills += self.estate.mx.connections if process.command == "work" else 0
        await process.kill()
        await self.estate.site.start(process)

    async def rows(self) -> list[tuple[int, str]]:
        """Return the place and the id of each event of the day."""
        rows = await self.estate.site.rows(LOG, self.began_at)
        return [(row["seq"], global_id("TicketEvent", row["id"])) for row in rows]

    async def _write(self, nth: int) -> None:
        web, ticket, count = Balancer(self.estate.webs), await self.ticket(f"writer-{nth}"), 0
        while not self._is_over.is_set():
            await self.reply(web, ticket, f"Reply {(count := count + 1)} to customer {nth}.")
            await asyncio.sleep(PACE_SECONDS)

    async def _cut(self) -> None:
        for follower in cycle(self.followers):
            await asyncio.sleep(self.dice.uniform(*CUT_SECONDS))
            follower.cut()

    async def _followers_are_there(self) -> None:
        last = (await self.rows())[-1][1]
        for follower in self.followers:
            await follower.first(lambda told: told["event"]["id"] == last, seconds=10)


@pytest.mark.parametrize("estate", ["redis", "rabbitmq"], indirect=True)
async def test_nothing_is_lost_or_doubled_when_one_of_each_is_killed(estate: Estate) -> None:
    day = await _day("kills", estate)

    async with day.goes_on():
        for process in (estate.webs[0], estate.workers[0], estate.ticks[0]):
            await day.kill(process)
        await estate.broker.kill()
        meanwhile = await day.reply(estate.webs[0].web, await day.ticket("carl"), "The broker is away.")
        await estate.is_delivered(meanwhile)
        await estate.broker.start()

    await _check(day)


@pytest.mark.parametrize("estate", ["redis"], indirect=True)
async def test_without_the_doorbell_events_come_a_little_later(
    estate: Estate, record_testsuite_property: Callable[[str, object], None]
) -> None:
    here, there = (process.web for process in estate.webs)
    ticket = await new_ticket(here, estate.site.keys["ada"], "carl@silence.example")
    hearing = await listener(there, estate.site.keys["grace"], COMMENTS)

    async with hearing.listening():
        await estate.broker.kill()
        await asyncio.gather(*map(_is_degraded, (here, there)))
        delays = [await _delay(estate, hearing, ticket, f"Silence {nth}.") for nth in range(AWAY)]
        await estate.broker.start()
        await asyncio.gather(here.is_ready(), there.is_ready())

    record_testsuite_property("event_delay_without_doorbell_seconds", round(max(delays), 2))
    assert [told["comment"]["body"] for told in hearing.heard] == [f"Silence {nth}." for nth in range(AWAY)]


@pytest.mark.parametrize("estate", ["redis"], indirect=True)
async def test_a_rolling_restart_loses_nothing(estate: Estate) -> None:
    day, codes = await _day("restart", estate), list[int | None]()

    async with day.goes_on():
        for process in (*estate.webs, *estate.workers):
            codes.append(await process.end())
            await estate.site.start(process)

    assert codes == [0] * 4
    await _check(day)


async def _day(name: str, estate: Estate) -> Day:
    """Return a day that is about to begin, with one who follows at each web process."""
    grace = estate.site.keys["grace"]
    followers = [await listener(process.web, grace, CHANGES) for process in estate.webs]
    [head] = await estate.site.rows(HEAD)
    return Day(name, estate, head["seq"] or 0, followers)


async def _check(day: Day) -> None:
    """The log has no hole, each follower heard it whole, and each reply is one comment and one letter."""
    rows = await day.rows()
    assert [seq for seq, _ in rows] == list(range(day.began_at + 1, day.began_at + 1 + len(rows)))
    for follower in day.followers:
        assert follower.sockets > 1
        assert [told["event"]["id"] for told in follower.heard] == [event_id for _, event_id in rows]

    said = [row["body"] for row in await day.estate.site.rows(SAID, f"{day.name}: %")]
    assert sorted(said) == sorted(day.answered)

    letters = [letter for letter in day.estate.mx.taken if f"@{day.name}.example" in letter["To"]]
    told = {letter["Message-ID"]: text(letter).split("\n\n")[1] for letter in letters}
    assert sorted(words for words in told.values() if words.startswith(day.name)) == sorted(day.answered)
    assert len(letters) - len(told) <= day.open_at_kills


async def _is_degraded(web: Reachable) -> None:
    async with asyncio.timeout(RECOVERY_SECONDS):
        while await web.readiness() != "degraded":
            await asyncio.sleep(LOOK_SECONDS)


async def _delay(estate: Estate, hearing: Listener, ticket: str, body: str) -> float:
    """Reply at the first web process; return how many seconds after the answer it is heard at the second."""
    await reply(estate.webs[0].web, estate.site.keys["ada"], ticket, body)
    answered = time.monotonic()
    await hearing.first(lambda told: told["comment"]["body"] == body, seconds=LATE_SECONDS)
    return time.monotonic() - answered
