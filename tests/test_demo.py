"""The demo: a past that reads as one, written whole or not at all, and a card that opens the door."""

import stat
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from seeding import ask, seed_and_kill

from jobs.demo.card import Card, ensure_card, kept_logins
from jobs.demo.plot import plots
from jobs.demo.seed import seed
from jobs.demo.story import worlds
from models.database import fetch
from models.errors import Unauthenticated
from models.permissions import Scope
from models.tenancy import systemwide
from resolvers import keys, sessions
from settings import settings

pytestmark = pytest.mark.service
TICKETS = {"pedalhaus": 150, "ledgerline": 60}
NOW = datetime(2026, 3, 31, 10, tzinfo=UTC)  # two days after the clocks went forward


@dataclass
class Past:
    """The database after a seed that was killed, and one that was not."""

    left_by_the_killed: int
    now: datetime


@pytest.fixture(scope="module")
async def past(database: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Past:
    await ask(database)
    await seed_and_kill(database_url, tmp_path_factory.mktemp("data"))
    [left] = await ask("SELECT count(*) AS rows FROM workspace")
    now = datetime.now(UTC)
    await seed(now)
    return Past(left["rows"], now)


@pytest.fixture(scope="module")
async def card(past: Past, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Card]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(settings, "data", tmp_path_factory.mktemp("data"))
        yield await ensure_card()


async def test_a_seed_that_is_killed_leaves_nothing_and_the_next_one_all(past: Past) -> None:
    rows = await ask(
        "SELECT slug, count(*) FROM workspace JOIN ticket ON workspace_id = workspace.id GROUP BY 1"
    )

    assert past.left_by_the_killed == 0
    assert {row["slug"]: row["count"] for row in rows} == TICKETS


async def test_seeding_again_changes_nothing(past: Past) -> None:
    before = await ask("SELECT count(*), max(at) FROM event")

    await seed(past.now + timedelta(days=3))

    assert await ask("SELECT count(*), max(at) FROM event") == before


async def test_the_past_is_in_order_and_over(past: Past) -> None:
    rows = await ask("SELECT workspace_id, seq, at FROM event ORDER BY workspace_id, seq")

    assert [row["at"] for row in rows] == [
        row["at"] for row in sorted(rows, key=lambda row: (row["workspace_id"], row["at"]))
    ]
    assert max(row["at"] for row in rows) < past.now


async def test_nothing_of_the_past_is_mailed(past: Past) -> None:
    [asked] = await ask("SELECT count(*), count(*) FILTER (WHERE done_at IS NULL) AS due FROM outbox")
    [mails] = await ask("SELECT count(*) FROM mail_out")

    assert asked["count"] > 500
    assert asked["due"] == 0
    assert mails["count"] == 0


async def test_members_work_in_office_hours(past: Past) -> None:
    rows = await ask(
        "SELECT extract(isodow FROM local)::int AS day, extract(hour FROM local)::int AS hour FROM"
        " (SELECT at AT TIME ZONE zone AS local FROM event JOIN workspace ON workspace.id = workspace_id"
        "  WHERE member_id IS NOT NULL) AS work"
    )

    assert {row["day"] for row in rows} == {1, 2, 3, 4, 5}
    assert {row["hour"] for row in rows} == set(range(9, 17))


async def test_every_status_priority_and_channel_occurs(past: Past) -> None:
    [row] = await ask(
        "SELECT count(DISTINCT status) AS statuses, count(DISTINCT priority) AS priorities,"
        " count(DISTINCT channel) AS channels, count(DISTINCT type) AS types FROM ticket"
    )

    assert row == {"statuses": 5, "priorities": 4, "channels": 5, "types": 4}


async def test_the_card_opens_the_door(card: Card) -> None:
    admin, *_, viewer = card.workspaces[0].members

    session = await sessions.sign_in(admin.email, admin.password, "pedalhaus", "192.0.2.1")
    actor = await keys.authenticate(viewer.api_key)

    assert (await sessions.authenticate(session)).workspace_id == actor.workspace_id
    assert (admin.role, viewer.role) == ("ADMIN", "VIEWER")
    with systemwide("look at the demo's keys"):
        [row] = await fetch("SELECT scopes FROM api_key WHERE id = $1", actor.credential_id)
    assert Scope.READ in row["scopes"]
    assert Scope.WRITE not in row["scopes"]


async def test_the_card_is_for_our_eyes_only_and_stays_while_it_is_true(card: Card) -> None:
    path = settings.data / "demo.json"
    text = path.read_text()

    again = await ensure_card()

    assert again == card
    assert path.read_text() == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in settings.data.iterdir()] == ["demo.json"]


async def test_a_card_that_is_lost_is_made_anew_and_the_old_keys_end(card: Card) -> None:
    (settings.data / "demo.json").unlink()

    again = await ensure_card()

    old, new = (each.workspaces[1].members[0] for each in (card, again))
    assert (await keys.authenticate(new.api_key)).member_id
    with pytest.raises(Unauthenticated):
        await keys.authenticate(old.api_key)
    with pytest.raises(Unauthenticated):
        await sessions.sign_in(old.email, old.password, "ledgerline", "192.0.2.2")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"workspaces": 5}', '{"workspaces": [{"members": [7]}]}'])
def test_a_card_that_is_not_whole_holds_no_logins(text: str, tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    path.write_text(text)

    assert kept_logins(path) == {}


def test_every_story_can_be_told_on_any_day() -> None:
    for world in worlds():
        for days in range(0, 366, 13):
            now = NOW + timedelta(days=days, hours=days)

            tickets = plots(world, now, len(world.stories))

            texts = [step.text for plot in tickets for step in plot.steps]
            assert not any("{" in text or "}" in text for text in texts)
            assert all(plot.steps[-1].at < now for plot in tickets)
            assert len({id(plot.story) for plot in tickets}) == len(world.stories) >= 40


def test_every_label_of_a_story_is_one_of_its_workspace() -> None:
    for world in worlds():
        assert {label for story in world.stories for label in story.labels} <= set(world.labels)
        assert len(world.labels) == 10
        assert len(world.customers) >= 25
