"""How many lists of tickets a second one web process gives, raced against the baseline."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from models.database import database
from tests.benchmarks import stage
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, quantile
from tests.benchmarks.line import Line, line, request_of
from tests.benchmarks.tickets import fill

LINES = 8
BASELINE = "plain Strawberry + Tortoise"
LIST = """
{
  tickets(first: 50) {
    edges {
      cursor
      node {
        id reference title status priority createdAt
        contact { name } assignee { name } labels { name color }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""


@dataclass
class Racer:
    """A server, and what it did in each round."""

    port: int
    request: bytes
    per_second: list[float] = field(default_factory=list[float])
    milliseconds: list[float] = field(default_factory=list[float])


async def measure(url: str, effort: Effort) -> list[Figure]:
    """Race both servers, a round each in turn, and return the figures of ours."""
    async with database(url):
        office = await stage.found("reads")
        await fill(office.workspace.id, effort.tickets)
    request = request_of(LIST, office.key)
    plain = {"BASELINE_KEY": office.key, "BASELINE_WORKSPACE_ID": str(office.workspace.id)}
    baseline = stage.server(url, "-m", "tests.benchmarks.baseline", **plain)
    async with stage.web(url) as our_port, baseline as plain_port:
        ours, theirs = Racer(our_port, request), Racer(plain_port, request)
        await _compare_answers(ours, theirs)
        for _ in range(effort.rounds):
            await _run(ours, effort.round_seconds)
            await _run(theirs, effort.round_seconds)
    return _figures(ours, theirs)


async def _compare_answers(ours: Racer, theirs: Racer) -> None:
    """A race says nothing unless both give the same: all but the opaque ids and cursors."""
    given = [await _tickets(racer) for racer in (ours, theirs)]
    if given[0] != given[1]:
        raise RuntimeError(f"The answers differ: {given[0][:1]} … {given[1][:1]} …")


async def _tickets(racer: Racer) -> list[dict[str, Any]]:
    async with line(racer.port) as connection:
        answer = json.loads(await connection.ask(racer.request))
    if "errors" in answer:
        raise RuntimeError(answer["errors"])
    nodes = [edge["node"] for edge in answer["data"]["tickets"]["edges"]]
    return [_comparable(node) for node in nodes]


def _comparable(node: dict[str, Any]) -> dict[str, Any]:
    instant = node["createdAt"].replace("+00:00", "Z")
    labels = sorted(node["labels"], key=lambda label: label["name"])
    return node | {"id": None, "createdAt": instant, "labels": labels}


async def _run(racer: Racer, seconds: float) -> None:
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line(racer.port)) for _ in range(LINES)]
        began = time.perf_counter()
        until = began + seconds
        counts = await asyncio.gather(*(_ask_until(until, racer, each) for each in lines))
        racer.per_second.append(sum(counts) / (time.perf_counter() - began))


async def _ask_until(until: float, racer: Racer, connection: Line) -> int:
    count = 0
    while (began := time.perf_counter()) < until:
        await connection.ask(racer.request)
        racer.milliseconds.append((time.perf_counter() - began) * 1000)
        count += 1
    return count


def _figures(ours: Racer, theirs: Racer) -> list[Figure]:
    rate = median(ours.per_second)
    ratio = median(a / b for a, b in zip(ours.per_second, theirs.per_second, strict=True))
    return [
        Figure("reads_per_second", rate, "req/s", ratio, BASELINE),
        *(_latency(f"reads_p{percent}", percent / 100, ours, theirs) for percent in (50, 99)),
    ]


def _latency(name: str, share: float, ours: Racer, theirs: Racer) -> Figure:
    value = quantile(ours.milliseconds, share)
    return Figure(name, value, "ms", value / quantile(theirs.milliseconds, share), BASELINE)
