"""/metrics: the figures of this process, and those of the database, for Prometheus."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.database import connection
from models.errors import NotFound
from settings import settings
from web.calls import Call

ASK_SECONDS = 2  # for a figure that the database has to give
LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)  # seconds
DURATIONS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FACES = (
    *("graphql", "public", "session", "inbound", "t", "track", "rate", "portal", "desk"),
    *("static", "healthz", "readyz"),
)
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


class Metrics:
    """The registry of one process. Names and labels are few and fixed: clients cannot make new ones."""

    def __init__(self) -> None:
        self.routes = [Route("/metrics", self._metrics)]
        self._registry = CollectorRegistry()
        self._asked: list[tuple[Gauge, Callable[[], Awaitable[float]]]] = []
        self._requests = Counter(
            "deskwire_requests",
            "HTTP requests answered.",
            ("face", "method", "kind", "status"),
            registry=self._registry,
        )
        self._durations = Histogram(
            "deskwire_request_seconds",
            "Time from a request's headers to the end of its answer.",
            ("face", "kind"),
            buckets=DURATIONS,
            registry=self._registry,
        )
        self._lag = Histogram(
            "deskwire_loop_lag_seconds",
            "How much too late the event loop woke a sleeper.",
            buckets=LAGS,
            registry=self._registry,
        )
        self.observe_lag = self._lag.observe
        self._add_own_figures()

    def gauge(self, name: str, words: str, read: Callable[[], float]) -> None:
        """Show the number that `read` returns, at each scrape, as `deskwire_<name>`."""
        Gauge(f"deskwire_{name}", words, registry=self._registry).set_function(read)

    def asked_gauge(self, name: str, words: str, ask: Callable[[], Awaitable[float]]) -> None:
        """Do so with a number that has to be asked for, NaN where no answer comes in time."""
        self._asked.append((Gauge(f"deskwire_{name}", words, registry=self._registry), ask))

    def count(self, call: Call) -> None:
        """Count an answered request: the `on_end` of `Calls`."""
        face, kind = _face(call.path), call.kind or ""
        method = call.method if call.method in METHODS else "OTHER"
        self._requests.labels(face, method, kind, call.status).inc()
        self._durations.labels(face, kind).observe(call.seconds)

    def _add_own_figures(self) -> None:
        ProcessCollector(registry=self._registry)
        self.gauge("pool_size", "Database connections that are open.", pool_size)
        self.gauge("pool_in_use", "Database connections at work.", pool_in_use)

    async def _metrics(self, request: Request) -> Response:
        if not (settings.metrics_public or is_from_this_machine(request)):
            raise NotFound("There is nothing here.")
        for gauge, ask in self._asked:
            gauge.set(await _answer(ask))
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def pool_size() -> float:
    pool = connection().pool
    return pool.get_size() if pool is not None else 0


def pool_in_use() -> float:
    pool = connection().pool
    return pool.get_size() - pool.get_idle_size() if pool is not None else 0


def is_from_this_machine(request: Request) -> bool:
    """Tell whether the client is on this machine. A proxy here makes everybody look so, but says so."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _answer(ask: Callable[[], Awaitable[float]]) -> float:
    try:
        async with asyncio.timeout(ASK_SECONDS):
            return await ask()
    except Exception:
        return nan


def _face(path: str) -> str:
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in FACES else "other"
