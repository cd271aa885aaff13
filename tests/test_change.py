"""One change: one transaction, its log, the doorbell after it."""

import asyncio
from collections.abc import Awaitable, Callable

import cast
import pytest

from models.actors import Actor
from models.audit import AuditAction, AuditRow
from models.clock import now
from models.contacts import Contact
from models.errors import Conflict, NotFound, StaleObject
from models.events import Event, Kind
from models.outbox import OutboxRow
from models.permissions import Permission
from models.tickets import Ticket
from resolvers import access, comments, tickets
from resolvers import change as changes
from resolvers.change import Change, change, operation
from resolvers.tickets import NewTicket

Step = Callable[[Change], Awaitable[None]]


@pytest.fixture
def rings(desk, monkeypatch) -> list[tuple[int, int]]:
    """What the doorbell was told."""
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(changes, "ring", lambda workspace_id, seq: heard.append((workspace_id, seq)))
    return heard


@operation
async def rename(actor: Actor, ticket_id: int, title: str, *, last: Step | None = None) -> None:
    """Change the ticket with an event and an audit row; `last` runs when all is written."""
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.title = title
        await ticket.save()
        made.record(ticket, Kind.REPLIED, public=True)
        made.audit(AuditAction.KEY_CREATED, "API_KEY:1000")
        if last is not None:
            made.last_steps.append(last)


@operation
async def one_after_the_other(actor: Actor, *calls: Callable[[], Awaitable[object]]) -> list[Exception]:
    """Call operations inside one change; collect what they refuse."""
    refused: list[Exception] = []
    async with change(actor):
        for call in calls:
            try:
                await call()
            except Exception as refusal:
                refused.append(refusal)
    return refused


async def fall(_: Change) -> None:
    raise RuntimeError("The last step fell.")


async def test_a_change_that_fails_at_its_very_end_leaves_nothing_behind(ada, ticket):
    before = await state_of(ada.actor)

    with pytest.raises(RuntimeError):
        await rename(ada.actor, ticket.id, "Never seen", last=fall)

    assert await state_of(ada.actor) == before


async def test_a_change_that_succeeds_writes_its_row_event_outbox_and_audit_rows(ada, ticket):
    before = await state_of(ada.actor)

    await rename(ada.actor, ticket.id, "Seen")

    after = await state_of(ada.actor)
    assert after[0] == ["Seen"]
    assert [now - then for now, then in zip(after[1:], before[1:], strict=True)] == [1, 1, 1]


async def test_nested_changes_commit_as_one(ada, ticket):
    first_seq = await access.head(ada.actor) + 1

    await one_after_the_other(
        ada.actor,
        lambda: comments.reply(ada.actor, ticket.id, "One."),
        lambda: comments.note(ada.actor, ticket.id, "Two."),
    )

    events = await access.events(ada.actor).filter(seq__gte=first_seq).order_by("seq")
    assert [event.kind for event in events] == [Kind.REPLIED, Kind.NOTED]
    assert events[0].at == events[1].at


async def test_an_outer_change_that_fails_takes_the_inner_ones_with_it(ada, ticket):
    before = await state_of(ada.actor)

    with pytest.raises(RuntimeError):
        await rename_and_fall(ada.actor, ticket.id)

    assert await state_of(ada.actor) == before


@operation
async def rename_and_fall(actor: Actor, ticket_id: int) -> None:
    async with change(actor):
        await rename(actor, ticket_id, "Never seen")
        raise RuntimeError("The outer change fell.")


async def test_an_inner_change_that_fails_takes_only_its_own_rows_and_events(ada, ticket):
    refused = await one_after_the_other(
        ada.actor,
        lambda: rename(ada.actor, ticket.id, "First"),
        lambda: rename_and_fall(ada.actor, ticket.id),
        lambda: tickets.update(ada.actor, ticket.id, {"title": "Stale"}, expected_version=99),
        lambda: comments.note(ada.actor, ticket.id, "Last."),
    )

    kinds = [event.kind for event in await access.events(ada.actor).order_by("seq")]
    assert [type(refusal) for refusal in refused] == [RuntimeError, StaleObject]
    assert (await state_of(ada.actor))[0] == ["First"]
    assert kinds == [Kind.CREATED, Kind.REPLIED, Kind.NOTED]
    assert await AuditRow.filter(workspace_id=ada.actor.workspace_id, subject="API_KEY:1000").count() == 1


async def test_the_last_step_of_an_inner_change_that_failed_is_not_taken(ada, ticket):
    async def fail_with_a_last_step() -> None:
        await rename(ada.actor, ticket.id, "Never seen", last=fall)
        raise Conflict("No.")

    refused = await one_after_the_other(
        ada.actor,
        lambda: joined(ada.actor, fail_with_a_last_step),
        lambda: rename(ada.actor, ticket.id, "Seen"),
    )

    assert len(refused) == 1
    assert (await state_of(ada.actor))[0] == ["Seen"]


@operation
async def joined(actor: Actor, call: Callable[[], Awaitable[None]]) -> None:
    async with change(actor):
        await call()


async def test_a_change_is_opened_inside_an_operation_only(ada):
    with pytest.raises(RuntimeError, match="@operation"):
        async with change(ada.actor):
            pass


async def test_a_change_stays_in_one_workspace(ada, eve, ticket):
    before = await state_of(eve.actor)

    refused = await one_after_the_other(
        ada.actor, lambda: tickets.create(eve.actor, NewTicket("In the wrong house"))
    )

    assert [type(refusal) for refusal in refused] == [AssertionError]
    assert await state_of(eve.actor) == before


async def test_under_concurrent_changes_the_log_has_no_gap_and_no_number_comes_late(desk, ada, eve, ticket):
    own = await cast.ticket_of(await contact_of(eve.actor), eve.actor)
    writers = [asyncio.create_task(write(ada.actor, ticket, nth)) for nth in range(80)]
    writers += [asyncio.create_task(write(eve.actor, own, nth)) for nth in range(80)]

    followed = await asyncio.gather(follow(ada.actor, writers), follow(eve.actor, writers))

    await asyncio.gather(*writers)
    assert followed == [[*range(1, 62)], [*range(1, 62)]]


async def write(actor: Actor, ticket: Ticket, nth: int) -> None:
    """Create or reply; every fourth change falls after its events were written."""
    if nth % 4 == 0:
        with pytest.raises(RuntimeError):
            await rename(actor, ticket.id, "Never seen", last=fall)
    elif nth % 2:
        await tickets.create(actor, NewTicket(f"Ticket {nth}"))
    else:
        await comments.note(actor, ticket.id, f"Note {nth}.")


async def follow(actor: Actor, writers: list[asyncio.Task[None]]) -> list[int]:
    """Read the log while it is written, each time what comes after the last number seen."""
    seen: list[int] = []
    is_over = False
    while not is_over:
        is_over = all(writer.done() for writer in writers)
        last = seen[-1] if seen else 0
        new = await access.events(actor).filter(seq__gt=last).order_by("seq").values_list("seq", flat=True)
        seen += [int(seq) for seq in new]  # type: ignore[call-overload]
        await asyncio.sleep(0)
    return seen


async def test_the_doorbell_rings_once_after_the_commit(ada, rings, ticket, monkeypatch):
    rings.clear()

    await one_after_the_other(
        ada.actor,
        lambda: comments.reply(ada.actor, ticket.id, "One."),
        lambda: comments.note(ada.actor, ticket.id, "Two."),
    )

    assert rings == [(ada.actor.workspace_id, await access.head(ada.actor))]


async def test_when_the_doorbell_rings_everybody_can_see_the_event(ada, ticket, monkeypatch):
    looks: list[asyncio.Task[bool]] = []

    def look(workspace_id: int, seq: int) -> None:
        seen = Event.filter(workspace_id=workspace_id, seq=seq).exists()
        looks.append(asyncio.create_task(asyncio.wait_for(seen, 5)))

    monkeypatch.setattr(changes, "ring", look)

    await comments.note(ada.actor, ticket.id, "Look.")

    assert await asyncio.gather(*looks) == [True]


async def test_the_doorbell_is_silent_when_nothing_was_committed(ada, rings, ticket):
    rings.clear()

    with pytest.raises(RuntimeError):
        await rename(ada.actor, ticket.id, "Never seen", last=fall)
    with pytest.raises(NotFound):
        await comments.reply(ada.actor, ticket.id + 1000, "To nobody.")

    assert rings == []


async def test_a_broken_doorbell_does_not_fail_the_caller(ada, ticket, monkeypatch):
    def broken(workspace_id: int, seq: int) -> None:
        raise OSError("The wire is cut.")

    monkeypatch.setattr(changes, "ring", broken)

    await comments.note(ada.actor, ticket.id, "It is written all the same.")

    assert await access.comments(ada.actor).count() == 1


async def state_of(actor: Actor) -> tuple[list[str], int, int, int]:
    """Return the titles of the workspace's tickets, and how many events, outbox and audit rows it has."""
    titles = await access.tickets(actor).order_by("id").values_list("title", flat=True)
    return (
        [str(title) for title in titles],
        await access.events(actor).count(),
        await OutboxRow.filter(workspace_id=actor.workspace_id).count(),
        await AuditRow.filter(workspace_id=actor.workspace_id).count(),
    )


async def contact_of(actor: Actor) -> Contact:
    return await Contact.create(workspace_id=actor.workspace_id, name="Dora", created_at=now())
