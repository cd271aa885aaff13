"""The outbox: claims, leases and fences; the relay, with and without a broker; retries."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest
from mail_server import mail_server
from office import Office, office_of

from jobs import claims, relay, work
from jobs.claims import Claim, Stale
from jobs.figures import outbox_figures
from jobs.mail.deliver import deliver
from jobs.notify import notify
from jobs.relay import Due, Relay, offer_due, work_off
from jobs.retries import NotYet, retry_seconds
from models.errors import Unavailable
from models.reactions import Reaction
from settings import settings

HOURS = 3600.0


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


async def claimed(office: Office) -> Claim:
    """Claim the office's first row."""
    row = (await office.rows())[0]
    claim = await claims.take(office.workspace_id, row.id)
    assert claim is not None
    return claim


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[Relay], asyncio.Event]]:
    """Returns what runs a relay, and what is set when a letter's job has ended."""
    tasks: list[asyncio.Task[None]] = []

    def run(one: Relay) -> asyncio.Event:
        jobs = 0
        both_done = asyncio.Event()

        def count() -> None:
            nonlocal jobs
            jobs += 1
            one.wake()
            if jobs == 2:
                both_done.set()

        monkeypatch.setattr(work, "wake", count)
        tasks.append(asyncio.create_task(one.run()))
        return both_done

    yield run
    for task in tasks:
        task.cancel()


async def test_a_row_goes_to_one_of_many_who_claim_it(office):
    await office.create()
    [row] = await office.rows()

    got = await asyncio.gather(*(claims.take(office.workspace_id, row.id) for _ in range(8)))

    assert len([claim for claim in got if claim]) == 1


async def test_a_worker_that_died_is_replaced_after_its_lease(office):
    await office.create()
    first = await claimed(office)
    await office.pass_time(minutes=1)

    second = await claimed(office)

    assert (second.fence, second.attempts) == (first.fence + 1, 2)


async def test_a_stale_worker_writes_nothing(office):
    await office.create()
    frozen = await claimed(office)
    await office.pass_time(minutes=1)
    await claimed(office)

    with pytest.raises(Stale):
        await notify(frozen)

    assert await office.mails() == []


async def test_a_stale_worker_sends_nothing(office):
    await office.create()
    await notify(await claimed(office))
    delivery = (await office.rows())[1]
    frozen = await claims.take(office.workspace_id, delivery.id)
    assert frozen
    await office.pass_time(minutes=1)
    await claims.take(office.workspace_id, delivery.id)

    with pytest.raises(Stale):
        await deliver(frozen)

    assert office.inbox() == []


async def test_a_row_that_was_ended_cannot_be_claimed_again(office):
    await office.create()
    await work_off()
    [notifying, _] = await office.rows()

    claim = await claims.take(office.workspace_id, notifying.id)

    assert claim is None


async def test_a_row_is_offered_once_until_its_hint_must_be_lost(office):
    await office.create()

    offers = [await offer_due(), await offer_due()]
    await office.pass_time(minutes=1)
    offers.append(await offer_due())

    assert [len(offer) for offer in offers] == [1, 0, 1]


async def test_a_row_under_a_lease_is_not_offered(office):
    await office.create()
    await claimed(office)

    assert await offer_due() == []


async def test_a_job_that_is_cancelled_hands_its_row_back_untried(office, monkeypatch):
    await office.create()
    await notify(await claimed(office))
    [_, delivery] = await office.rows()
    async with mail_server() as mx:
        monkeypatch.setattr(settings, "smtp_url", f"smtp://127.0.0.1:{mx.port}")
        mx.stalls[(await office.mails())[0].recipient] = asyncio.Event()
        working = asyncio.create_task(work.work(office.workspace_id, delivery.id))
        await mx.has_heard.wait()

        await work.give_all_back()

        await working
    [_, row] = await office.rows()
    assert (row.attempts, row.lease_until, row.done_at) == (0, None, None)


async def test_a_dead_broker_costs_no_mail(office, running):
    def refuse(due: list[Due]) -> None:
        raise ConnectionError

    await office.create()
    both_done = running(Relay(refuse))

    async with asyncio.timeout(5):
        await both_done.wait()

    assert len(office.inbox()) == 1


async def test_a_broker_that_hangs_costs_no_mail(office, running, monkeypatch):
    monkeypatch.setattr(relay, "SEND_SECONDS", 0.05)
    end = threading.Event()
    await office.create()
    both_done = running(Relay(lambda due: end.wait() and None))

    async with asyncio.timeout(5):
        await both_done.wait()

    end.set()
    assert len(office.inbox()) == 1


async def test_a_broker_is_told_ids_and_nothing_else(office, running):
    heard: list[list[Due]] = []
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def listen(due: list[Due]) -> None:
        heard.append(due)
        loop.call_soon_threadsafe(told.set)

    await office.create()
    running(Relay(listen))

    async with asyncio.timeout(5):
        await told.wait()

    [row] = await office.rows()
    assert heard == [[Due(office.workspace_id, row.id)]]


async def test_the_figures_tell_how_long_the_oldest_row_waits(office):
    await office.create()
    await office.pass_time(minutes=2)
    await office.create()

    figures = await outbox_figures()

    assert (figures.due, figures.working, figures.failed) == (2, 0, 0)
    assert 120 <= figures.oldest_due_seconds < 130


@pytest.mark.parametrize(
    ("attempts", "age_hours", "minutes"),
    [(1, 0, 1), (2, 0, 5), (3, 0, 15), (4, 0, 30), (5, 1, 60), (6, 2, 60), (90, 119, 60), (91, 120, None)],
)
def test_a_letter_is_tried_again_as_the_rules_say(attempts, age_hours, minutes):
    claim = Claim(1, 1, Reaction.DELIVER, None, 1, attempts, attempts, age_hours * HOURS)

    seconds = retry_seconds(claim, NotYet("later"))

    assert seconds == (minutes and 60 * minutes)


def test_a_database_that_was_away_is_no_fault_of_the_letter(office):
    claim = Claim(1, 1, Reaction.DELIVER, None, 1, 7, 7, HOURS)

    assert retry_seconds(claim, Unavailable("away")) == 5
