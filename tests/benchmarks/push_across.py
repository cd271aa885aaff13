"""How long an event takes from one web process to a socket of another, by each kind of doorbell."""

import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from tests.benchmarks import stage
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, quantile
from tests.benchmarks.push import Desk, set_up, travel

BASELINE = "within one web process"


@dataclass
class Way:
    """From a web process to another, or to itself; and how long each event took on it."""

    name: str
    from_port: int
    to_port: int
    milliseconds: list[float] = field(default_factory=list[float])


async def measure(url: str, effort: Effort) -> list[Figure]:
    """Race the ways, a round each in turn, and return the figures of those that cross."""
    desk = await set_up(url, "across")
    async with AsyncExitStack() as stack:
        inside, *across = await _ways(stack, url)
        for _ in range(effort.rounds):
            for way in (inside, *across):
                await _run(way, desk, effort)
    return [_figure(way, percent, inside) for way in across for percent in (50, 99)]


async def _ways(stack: AsyncExitStack, url: str) -> list[Way]:
    """Start two web processes for each doorbell."""
    one, other = [await stack.enter_async_context(stage.web(url)) for _ in range(2)]
    ways = [Way("inside", one, one), Way("postgres", one, other)]
    redis = await stack.enter_async_context(stage.redis())
    if redis is None:
        print("Redis is left out: redis-server is not installed.", file=sys.stderr)
        return ways
    one, other = [await stack.enter_async_context(stage.web(url, DOORBELL_URL=redis)) for _ in range(2)]
    return [*ways, Way("redis", one, other)]


async def _run(way: Way, desk: Desk, effort: Effort) -> None:
    replies = effort.replies // effort.rounds
    journeys = await travel(desk, way.from_port, way.to_port, replies, effort.replies_per_second)
    way.milliseconds += [(each.arrived - each.sent) * 1000 for each in journeys]


def _figure(way: Way, percent: int, inside: Way) -> Figure:
    value, baseline = (quantile(each.milliseconds, percent / 100) for each in (way, inside))
    name = f"event_to_socket_across_{way.name}_p{percent}"
    return Figure(name, value, "ms", value / baseline, BASELINE)
