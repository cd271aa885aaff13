"""What editors wait for while thousands of tickets are changed beside them: SAFETY 12."""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from models.bulk_changes import BulkChange
from models.database import database
from models.tickets import Ticket
from schema.ids import global_id
from tests.benchmarks import stage
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, quantile
from tests.benchmarks.line import Line, line, request_of
from tests.benchmarks.tickets import fill

EDITORS = 8
PACE_SECONDS = 0.05  # between two edits of one of them: faster than people
ALONE_SECONDS = 10.0
BASELINE = "editors alone"
EDIT = "mutation ($input: TicketUpdateInput!) { ticketUpdate(input: $input) { errors { code } } }"
CHANGE = """
mutation ($input: TicketBulkUpdateInput!) { ticketBulkUpdate(input: $input) {
  bulkChange { id } errors { code message } } }"""


async def measure(url: str, effort: Effort) -> list[Figure]:
    """Let editors edit alone, then beside a bulk change of all tickets."""
    async with database(url):
        office = await stage.found("bulk")
        await fill(office.workspace.id, effort.bulk)
        async with stage.web(url) as port, _worker(url):
            until = time.perf_counter() + ALONE_SECONDS * effort.bulk / 10_000
            alone = await _edit(port, office, effort, lambda: _is_past(until))
            began = time.perf_counter()
            await _begin(port, office, effort)
            beside = await _edit(port, office, effort, lambda: _is_done(office))
            seconds = time.perf_counter() - began
    figures = [
        Figure(f"bulk_editors_p{percent}", value, "ms", value / quantile(alone, percent / 100), BASELINE)
        for percent in (50, 99)
        for value in [quantile(beside, percent / 100)]
    ]
    edits_per_second = len(beside) / seconds
    rate = effort.bulk / seconds
    return [*figures, Figure("bulk_tickets", rate, "req/s", rate / edits_per_second, "edits beside it")]


async def _edit(port: int, office: stage.Office, effort: Effort, is_over: Callable[[], Any]) -> list[float]:
    """Let all edit tickets by chance until it is over; return how many milliseconds each edit took."""
    took: list[float] = []
    over = asyncio.Event()
    first = await Ticket.filter(workspace_id=office.workspace.id).order_by("id").first()
    assert first is not None
    ids = range(first.id, first.id + effort.bulk)
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line(port)) for _ in range(EDITORS)]
        editing = [asyncio.create_task(_edit_on(connection, office, ids, took, over)) for connection in lines]
        while not await is_over():
            await asyncio.sleep(PACE_SECONDS)
        over.set()
        await asyncio.gather(*editing)
    return took


async def _edit_on(
    connection: Line, office: stage.Office, ids: range, took: list[float], over: asyncio.Event
) -> None:
    while not over.is_set():
        ticket = global_id("Ticket", random.choice(ids))
        values = {"ticketId": ticket, "title": f"Edited {random.random()}"}
        request = request_of(EDIT, office.key, input=values)
        began = time.perf_counter()
        answer = json.loads(await connection.ask(request))
        took.append((time.perf_counter() - began) * 1000)
        if answer.get("errors") or answer["data"]["ticketUpdate"]["errors"]:
            raise RuntimeError(answer)
        await asyncio.sleep(PACE_SECONDS)


async def _begin(port: int, office: stage.Office, effort: Effort) -> None:
    matching = {"filter": {"archived": "INCLUDED"}, "expectedCount": effort.bulk}
    values = {"tickets": {"matching": matching}, "change": {"type": "BUG_REPORT"}}
    async with line(port) as connection:
        answer = json.loads(await connection.ask(request_of(CHANGE, office.key, input=values)))
    if answer.get("errors") or answer["data"]["ticketBulkUpdate"]["errors"]:
        raise RuntimeError(answer)


async def _is_past(until: float) -> bool:
    return time.perf_counter() > until


async def _is_done(office: stage.Office) -> bool:
    return await BulkChange.filter(workspace_id=office.workspace.id, ended_at__isnull=False).exists()


@asynccontextmanager
async def _worker(url: str) -> AsyncGenerator[None]:
    """Run a worker on the database."""
    with tempfile.TemporaryDirectory(prefix="deskwire-") as folder, tempfile.TemporaryFile() as log:
        told = {"DATABASE_URL": url, "DATA": folder, "DESKWIRE_SECRET_KEY": stage.SECRET_KEY}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", "work"),
            cwd=stage.ROOT, env=os.environ | told, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield
        finally:
            process.kill()
            await process.wait()
