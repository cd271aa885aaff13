"""The clock: each run of the schedule once, whatever the clocks do; and what it throws away."""

import asyncio
from datetime import timedelta

import pytest
from office import Office, office_of

from jobs import purges, tick
from jobs.relay import work_off
from jobs.schedule import SCHEDULE, Entry
from models import clock
from models.database import fetch
from models.events import Event
from models.idempotency import IdempotencyKey
from models.outbox import OutboxRow
from models.schedule import ScheduleRun
from models.sessions import Session, SigninTry


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


class Count:
    """Something on the schedule that counts its runs."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.runs = 0
        self._fault = fault

    async def __call__(self) -> None:
        self.runs += 1
        if self._fault:
            raise self._fault


async def set_back(minutes: float) -> None:
    """Let the last runs be so long ago; negative: in the future, as after the wall clock was set back."""
    await fetch("UPDATE schedule_run SET ran_at = ran_at - $1::float8 * interval '1 minute'", minutes)


async def test_many_clocks_run_an_entry_once(desk):
    count = Count()

    await asyncio.gather(*(tick.run([Entry("count", 60, count)]) for _ in range(6)))

    assert count.runs == 1


@pytest.mark.parametrize(("minutes", "runs"), [(0.9, 1), (1.1, 2), (-60, 2)])
async def test_an_entry_runs_again_when_its_time_has_passed(desk, minutes, runs):
    count = Count()
    await tick.run([Entry("count", 60, count)])

    await set_back(minutes)
    await tick.run([Entry("count", 60, count)])

    assert count.runs == runs


async def test_an_entry_that_fails_holds_up_no_other(desk):
    broken, count = Count(ValueError("broken")), Count()

    await tick.run([Entry("broken", 60, broken), Entry("count", 60, count)])

    assert (broken.runs, count.runs) == (1, 1)


async def test_the_whole_schedule_runs(desk):
    await tick.run()

    assert await ScheduleRun.all().count() == len(SCHEDULE)


async def test_answers_to_idempotency_keys_are_kept_for_a_day(office):
    for hours in (23, 25):
        await IdempotencyKey.create(
            workspace_id=office.workspace_id,
            principal="MEMBER:1",
            key=f"{hours}",
            fingerprint="f",
            created_at=clock.now() - timedelta(hours=hours),
        )

    await purges.purge_idempotency_keys()

    assert [row.key for row in await IdempotencyKey.filter(workspace_id=office.workspace_id)] == ["23"]


async def test_expired_sessions_are_forgotten(office):
    for hours in (-1, 1):
        await Session.create(
            workspace_id=office.workspace_id,
            member_id=office.ada.member_id,
            secret_hash=f"{hours}",
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(hours=hours),
        )

    await purges.purge_sessions()

    assert [row.secret_hash for row in await Session.filter(workspace_id=office.workspace_id)] == ["1"]


async def test_old_tries_to_sign_in_are_forgotten(desk):
    for hours in (23, 25):
        at = clock.now() - timedelta(hours=hours)
        await SigninTry.create(email=f"{hours}@x.example", address="192.0.2.1", at=at)

    await purges.purge_signin_tries()

    assert [row.email for row in await SigninTry.all()] == ["23@x.example"]


async def test_jobs_are_forgotten_a_week_after_they_were_done_and_events_never(office):
    await office.create()
    await work_off()
    await office.pass_time(minutes=8 * 24 * 60)
    await office.create()
    await work_off()

    await purges.purge_outbox()

    assert await OutboxRow.filter(workspace_id=office.workspace_id).count() == 2
    assert await Event.filter(workspace_id=office.workspace_id).count() == 2


async def test_jobs_that_wait_or_failed_are_never_forgotten(office):
    await office.create()
    await office.pass_time(minutes=30 * 24 * 60)

    await purges.purge_outbox()

    assert len(await office.rows()) == 1


async def test_a_purge_goes_on_until_nothing_is_left(desk, monkeypatch):
    monkeypatch.setattr(purges, "BATCH", 2)
    at = clock.now() - timedelta(days=2)
    for nth in range(5):
        await SigninTry.create(email=f"{nth}@x.example", address="192.0.2.1", at=at)

    await purges.purge_signin_tries()

    assert await SigninTry.all().count() == 0
