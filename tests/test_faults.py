"""Faults of the database come out as true refusals that a person may read, never as the driver's own."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from tortoise.exceptions import DBConnectionError, IntegrityError

from models.actors import Actor
from models.database import fetch, run_tx
from models.errors import Conflict, DeskError, TimedOut, Unavailable
from models.events import Kind
from models.faults import AWAY, BUSY, SLOW, UNKNOWN, CommitUnknown, refusal_of, refused
from models.permissions import Permission
from models.tickets import Ticket
from resolvers import access, comments, tickets
from resolvers.change import Change, change, operation
from resolvers.tickets import NewTicket

Step = Callable[[Change], Awaitable[None]]


@pytest.mark.parametrize(
    ("fault", "refusal", "words"),
    [
        (asyncpg.QueryCanceledError("57014"), TimedOut, SLOW),
        (asyncpg.LockNotAvailableError("55P03"), Conflict, BUSY),
        (asyncpg.DeadlockDetectedError("40P01"), Conflict, BUSY),
        (asyncpg.SerializationError("40001"), Conflict, BUSY),
        (asyncpg.ConnectionDoesNotExistError("08003"), Unavailable, AWAY),
        (asyncpg.ConnectionFailureError("08006"), Unavailable, AWAY),
        (asyncpg.AdminShutdownError("57P01"), Unavailable, AWAY),
        (asyncpg.CrashShutdownError("57P02"), Unavailable, AWAY),
        (asyncpg.CannotConnectNowError("57P03"), Unavailable, AWAY),
        (asyncpg.TooManyConnectionsError("53300"), Unavailable, AWAY),
        (asyncpg.DiskFullError("53100"), Unavailable, AWAY),
        (asyncpg.IdleInTransactionSessionTimeoutError("25P03"), Unavailable, AWAY),
        (asyncpg.InterfaceError("connection is closed"), Unavailable, AWAY),
        (asyncpg.InternalClientError("got result for unknown protocol state"), Unavailable, AWAY),
        (DBConnectionError("cannot connect"), Unavailable, AWAY),
        (ConnectionRefusedError(111, "refused"), Unavailable, AWAY),
        (ConnectionResetError(104, "reset"), Unavailable, AWAY),
        (FileNotFoundError(2, "no socket"), Unavailable, AWAY),
        (TimeoutError(), Unavailable, AWAY),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_faults_of_the_driver_become_refusals(fault, refusal, words):
    async def fall() -> None:
        raise fault

    with pytest.raises(refusal) as told:
        await refused(fall)

    assert (type(told.value), told.value.message, told.value.__cause__) == (refusal, words, fault)


@pytest.mark.parametrize(
    "bug", [IntegrityError("duplicate key"), asyncpg.RaiseError("no"), KeyError("x"), AssertionError()]
)
async def test_what_is_our_own_bug_is_no_refusal(bug):
    async def fall() -> None:
        raise bug

    with pytest.raises(type(bug)):
        await refused(fall)

    assert refusal_of(bug) is None


async def test_a_statement_that_runs_too_long_is_a_time_out(desk):
    async def sleep() -> None:
        await fetch("SET LOCAL statement_timeout = '20ms'")
        await fetch("SELECT pg_sleep(5)")

    with pytest.raises(TimedOut):
        await run_tx(sleep)


async def test_a_row_that_somebody_else_holds_for_too_long_is_a_conflict(ada, ticket):
    held, free = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        await access.ticket(ada.actor, ticket.id, Permission.UPDATE)
        held.set()
        await free.wait()

    async def want() -> None:
        await fetch("SET LOCAL lock_timeout = '20ms'")
        await access.ticket(ada.actor, ticket.id, Permission.UPDATE)

    holder = asyncio.create_task(run_tx(hold))
    await held.wait()

    with pytest.raises(Conflict) as told:
        await run_tx(want)

    free.set()
    await holder
    assert told.value.message == BUSY


async def test_of_two_who_wait_for_each_other_one_is_told_to_try_again(ada, ticket):
    other = await tickets.create(ada.actor, NewTicket("Another"))
    both_hold = asyncio.Barrier(2)

    async def take(first: Ticket, second: Ticket) -> None:
        await access.ticket(ada.actor, first.id, Permission.UPDATE)
        await both_hold.wait()
        await access.ticket(ada.actor, second.id, Permission.UPDATE)

    ends = await asyncio.gather(
        run_tx(lambda: take(ticket, other)), run_tx(lambda: take(other, ticket)), return_exceptions=True
    )

    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "NoneType"]


@operation
async def rename(actor: Actor, ticket_id: int, title: str, last: Step) -> None:
    """Change the ticket; `last` runs when all is written, just before the commit."""
    async with change(actor) as made:
        ticket = await access.ticket(actor, ticket_id, Permission.UPDATE)
        ticket.title = title
        await ticket.save()
        made.record(ticket, Kind.UPDATED, public=False)
        made.last_steps.append(last)


async def test_a_connection_that_dies_before_the_commit_is_unavailable_and_nothing_is_saved(ada, ticket):
    async def die(_: Change) -> None:
        await fetch("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable) as told:
        await rename(ada.actor, ticket.id, "Never seen", die)

    assert (type(told.value), told.value.message) == (Unavailable, AWAY)
    assert (await access.tickets(ada.actor).get(id=ticket.id)).title == ticket.title


async def test_a_connection_that_dies_in_the_commit_leaves_it_unknown_and_says_so(ada, ticket, database_url):
    async def be_killed(_: Change) -> None:
        [own] = await fetch("SELECT pg_backend_pid() AS pid")
        await kill(database_url, own["pid"])

    with pytest.raises(CommitUnknown) as told:
        await rename(ada.actor, ticket.id, "Never seen", be_killed)

    assert (told.value.code, told.value.message) == ("SERVICE_UNAVAILABLE", UNKNOWN)


async def test_after_all_connections_died_the_next_calls_are_answered(ada, ticket, database_url):
    await asyncio.gather(*(access.head(ada.actor) for _ in range(10)))
    [own] = await fetch("SELECT current_database() AS name")
    server = await asyncpg.connect(database_url)
    others = "FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
    await server.execute(f"SELECT pg_terminate_backend(pid, 5000) {others}", own["name"])
    await server.close()

    ends = await asyncio.gather(
        *(comments.note(ada.actor, ticket.id, f"Note {nth}.") for nth in range(20)), return_exceptions=True
    )

    assert {type(end) for end in ends if isinstance(end, Exception)} <= {Unavailable}
    done = [end for end in ends if not isinstance(end, Exception)]
    await comments.note(ada.actor, ticket.id, "Back again.")
    assert await access.comments(ada.actor).count() == len(done) + 1


async def kill(url: str, pid: int) -> None:
    """End a connection's process, and wait until it is gone."""
    server = await asyncpg.connect(url)
    try:
        assert await server.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    finally:
        await server.close()


def test_every_refusal_has_a_code_of_its_own():
    refusals = [kind for kind in _all(DeskError) if "code" in vars(kind)]

    assert len({kind.code for kind in refusals}) == len(refusals)


def _all(kind: type[DeskError]) -> list[type[DeskError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _all(child))]
