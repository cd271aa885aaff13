"""The web process put together: faces, pages, what runs beside them, and the order in which it ends."""

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from jobs.figures import outbox_figures, quarantined_count
from jobs.origin import mailbox_address
from models import files
from models.database import database, spawn
from models.schema_version import is_current
from realtime.bus import Bus
from realtime.event_streams import Streams
from realtime.feeds import Feeds
from realtime.hub import Hub
from realtime.seats import Seats
from realtime.sockets import Sockets
from resolvers import change, key_uses
from schema import desk, http
from schema.credentials import Customers, Members
from schema.event_streams import EventStreams
from schema.face import Face
from schema.http import Endpoint
from schema.public import portal
from schema.rates import Rates
from settings import settings
from web import calls, logs, server
from web.attachments import attachment_routes
from web.errors import exception_handlers
from web.graphiql import graphiql_routes
from web.health import Check, Health, database_answers
from web.inbound import inbound_routes
from web.joining import joining_routes
from web.loop_lag import measure
from web.metrics import Metrics
from web.outbox import outbox_routes
from web.satisfaction import satisfaction_routes
from web.security import SecureHeaders
from web.sessions import session_routes
from web.tracking import tracking_routes

DRAIN_SECONDS = 10


class Web:
    """The parts of one web process. `asgi` is the app."""

    def __init__(self) -> None:
        self.bus = Bus(settings.doorbell_url or settings.database_url)
        self.feeds = Feeds(self.bus)
        self.hub = Hub(self.feeds)
        self.metrics = Metrics()
        self.health = Health(
            [
                Check("database", database_answers),
                Check("migrations", is_current),
                Check("doorbell", self._rings, is_vital=False),
                Check("attachments", _files_answer, is_vital=False),
            ]
        )
        self._rates = Rates()
        self._seats = Seats()
        self.sockets: list[Sockets] = []
        self.streams: list[Streams] = []
        self._add_gauges()
        self.asgi = Starlette(
            routes=self._routes(),
            lifespan=self._lifespan,
            exception_handlers=exception_handlers,
            middleware=[Middleware(SecureHeaders), Middleware(calls.Calls, on_end=self.metrics.count)],
        )

    async def drain(self) -> None:
        """Say that we are going, and close the sockets in stages."""
        self.health.drain()
        for streams in self.streams:
            streams.drain()
        for sockets in self.sockets:
            await sockets.drain(DRAIN_SECONDS / len(self.sockets))

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        async with database(settings.database_url):
            await self.bus.start()
            change.ring = self.bus.ring
            beside = [spawn(measure(self.metrics.observe_lag)), spawn(key_uses.keep_writing_down())]
            async with self.feeds.running():
                yield
            for task in beside:
                task.cancel()
            await self.bus.stop()

    def _routes(self) -> list[BaseRoute]:
        members = Face(desk.schema, Members(), self.hub, self._rates, public=False)
        customers = Face(portal.schema, Customers(), self.hub, self._rates, public=True)
        return [
            *self._face("/graphql", members),
            *self._face("/public/graphql", customers, any_origin=True),
            *session_routes(),
            *tracking_routes(),
            *attachment_routes(),
            *satisfaction_routes(),
            *joining_routes(),
            *inbound_routes(mailbox_address),
            *self.health.routes,
            *self.metrics.routes,
            *_development_routes(),
        ]

    def _face(self, path: str, face: Face, *, any_origin: bool = False) -> list[BaseRoute]:
        sockets = Sockets(face, any_origin=any_origin, seats=self._seats)
        self.sockets.append(sockets)
        streams = Streams(face, self._seats)
        self.streams.append(streams)
        endpoint = Endpoint(face, rates=self._rates, stream=EventStreams(face, streams), on_answer=_note)
        return [
            Route(path, endpoint),
            WebSocketRoute(path, sockets),
        ]

    def _add_gauges(self) -> None:
        gauge = self.metrics.gauge
        gauge("sockets_open", "Open sockets.", lambda: sum(each.open for each in self.sockets))
        gauge("streams_open", "Open event streams.", lambda: sum(each.open for each in self.streams))
        gauge("subscriptions_open", "Open subscriptions.", lambda: self.hub.subscription_count)
        gauge("subscription_groups", "Groups of equal subscriptions.", lambda: self.hub.group_count)
        gauge("event_lag", "Events that the slowest feed has still to read.", lambda: self.feeds.most_behind)

        asked = self.metrics.asked_gauge
        asked("outbox_oldest_due_seconds", "How long the oldest due work has waited.", _oldest_due_seconds)
        asked("outbox_failed", "Work that was given up for good.", _failed)
        asked("mail_in_quarantined", "Mails that came in and lie in quarantine.", quarantined_count)

    async def _rings(self) -> bool:
        return self.bus.is_up


def create() -> Starlette:
    """Return the app alone, for tests and other servers."""
    return Web().asgi


def serve() -> None:
    """Serve until SIGINT or SIGTERM."""
    logs.set_up()
    web = Web()
    _spare_collector()
    server.serve(web.asgi, web.drain)


def _spare_collector() -> None:
    """Leave what lives as long as the process out of garbage collection, and collect seldom.

    A request makes thousands of small objects, few of them in cycles: 6 to 18 % of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _development_routes() -> list[Route]:
    if not settings.development:
        return []
    outbox = [] if settings.smtp_url else outbox_routes(settings.data / "outbox")
    return [*graphiql_routes(), *outbox]


async def _files_answer() -> bool:
    return await files.store().answers()


async def _oldest_due_seconds() -> float:
    return (await outbox_figures()).oldest_due_seconds


async def _failed() -> float:
    return (await outbox_figures()).failed


def _note(call: http.Call) -> None:
    calls.note(operation=call.operation, kind=call.kind, cost=call.cost, principal=call.principal)
