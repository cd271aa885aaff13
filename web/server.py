"""The HTTP server: uvicorn, with our wire protocols, ended in stages."""

import socket
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.types import ASGIApp

from realtime.wire import Wire
from settings import settings
from web.protocol import PatientProtocol
from web.proxies import proxy_options

FAREWELL_SECONDS = 10  # for requests under way, after the sockets are closed


class Server(uvicorn.Server):
    """Ends in stages: no new connections, the sockets one after the other, then what is under way."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, drain, then end as uvicorn does."""
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)


def serve(app: ASGIApp, drain: Callable[[], Awaitable[None]]) -> None:
    """Serve the app until SIGINT or SIGTERM; `drain` is awaited when it is to end."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=PatientProtocol,
        ws=Wire,
        ws_max_size=settings.frame_bytes,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
        server_header=False,
        access_log=False,
        log_config=None,
        **proxy_options(),
    )
    Server(config, drain).run()
