"""Callers that go away at any instant: what they asked for is done whole or not at all, and nothing leaks."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from tortoise.transactions import in_transaction

from models.actors import Actor
from models.database import connection, fetch, run_tx
from resolvers import access, comments, tickets
from resolvers.change import change, operation
from resolvers.tickets import NewTicket

CANCELS = 600
AT_ONCE = 20
LONGEST_SECONDS = 0.03  # an operation among so many takes about as long
SECONDS = 30  # within which what was begun has to end
OPEN_TRANSACTIONS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""

Call = Callable[[], Awaitable[object]]


class Bodies:
    """Counts the bodies that began and that ended."""

    def __init__(self) -> None:
        self.begun = 0
        self.done = 0

    @operation
    async def create(self, actor: Actor) -> None:
        """Create a ticket, and count when it is committed."""
        self.begun += 1
        async with change(actor):
            await tickets.create(actor, NewTicket("Nobody waits for me"))
        self.done += 1

    async def all_done(self) -> None:
        async with asyncio.timeout(SECONDS):
            while self.done < self.begun:
                await asyncio.sleep(0.01)


async def cancel_at_random(call: Call, seed: int) -> int:
    """Call it CANCELS times and cancel each call at some instant; return how many were cut."""
    random_seconds = random.Random(seed)
    cut = 0
    for _ in range(CANCELS // AT_ONCE):
        calls = [asyncio.ensure_future(call()) for _ in range(AT_ONCE)]
        await asyncio.gather(*(cancel_after(each, random_seconds.random()) for each in calls))
        ends = await asyncio.gather(*calls, return_exceptions=True)
        assert not [end for end in ends if isinstance(end, Exception)]
        cut += sum(isinstance(end, asyncio.CancelledError) for end in ends)
    return cut


async def cancel_after(call: asyncio.Future[object], share: float) -> None:
    await asyncio.sleep(share**2 * LONGEST_SECONDS)
    call.cancel()


async def no_connection_is_in_use() -> None:
    pool = connection().pool
    assert pool is not None
    async with asyncio.timeout(SECONDS):
        while pool.get_idle_size() != pool.get_size():
            await asyncio.sleep(0.01)


async def it_answers(actor: Actor) -> None:
    async with asyncio.timeout(1):
        await asyncio.gather(*(access.head(actor) for _ in range(AT_ONCE)))


async def test_cancelled_operations_are_done_whole_and_hold_no_connection(ada):
    bodies = Bodies()

    cut = await cancel_at_random(lambda: bodies.create(ada.actor), seed=1)

    await bodies.all_done()
    await it_answers(ada.actor)
    await no_connection_is_in_use()
    assert cut > CANCELS / 4
    assert await access.head(ada.actor) == await access.tickets(ada.actor).count() == bodies.done


async def test_cancelled_transactions_hold_no_connection(ada):
    async def read() -> int:
        return await access.head(ada.actor)

    cut = await cancel_at_random(lambda: run_tx(read), seed=2)

    await it_answers(ada.actor)
    await no_connection_is_in_use()
    assert cut > CANCELS / 4


async def test_tasks_cancelled_in_a_bare_transaction_hold_no_connection_and_leave_none_open(ada):
    async def enter() -> None:
        async with in_transaction():
            await access.head(ada.actor)

    cut = await cancel_at_random(enter, seed=5)

    await it_answers(ada.actor)
    await no_connection_is_in_use()
    assert cut > CANCELS / 4
    assert await fetch(OPEN_TRANSACTIONS) == []


@pytest.mark.parametrize("seed", [3, 4])
async def test_cancelled_reads_hold_no_connection(ada, ticket, seed):
    await comments.note(ada.actor, ticket.id, "Read me.")

    cut = await cancel_at_random(lambda: read_all(ada.actor, ticket.id), seed=seed)

    await it_answers(ada.actor)
    await no_connection_is_in_use()
    assert cut > CANCELS / 4


async def read_all(actor: Actor, ticket_id: int) -> None:
    """Read as loaders do, outside of any transaction."""
    await access.tickets(actor).get(id=ticket_id)
    await access.comments(actor).filter(ticket_id=ticket_id).order_by("id")
    await access.events(actor).filter(ticket_id=ticket_id).order_by("seq")


async def test_a_caller_that_waits_for_a_row_lock_can_go_away(ada, ticket):
    held, free = asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(hold(ada.actor, ticket.id, held, free))
    await held.wait()
    waiting = asyncio.create_task(comments.note(ada.actor, ticket.id, "I waited."))
    await asyncio.sleep(0)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    free.set()
    await holder
    await no_connection_is_in_use()
    assert await access.comments(ada.actor).filter(body="I waited.").count() == 1


@operation
async def hold(actor: Actor, ticket_id: int, held: asyncio.Event, free: asyncio.Event) -> None:
    """Keep the ticket locked until `free` is set."""
    async with change(actor):
        await access.tickets(actor).select_for_update().get(id=ticket_id)
        held.set()
        await free.wait()
