"""Routes put together as the web process does, and a client that asks them."""

from collections.abc import Callable, Mapping, Sequence

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from web.calls import Call, Calls
from web.errors import exception_handlers
from web.security import SecureHeaders


def app_of(routes: Sequence[BaseRoute], on_end: Callable[[Call], None] | None = None) -> Starlette:
    middleware = [Middleware(SecureHeaders), Middleware(Calls, on_end=on_end)]
    return Starlette(routes=routes, exception_handlers=exception_handlers, middleware=middleware)


def client_of(
    routes: Sequence[BaseRoute],
    *,
    address: str = "127.0.0.1",
    base_url: str = "http://desk.example",
    headers: Mapping[str, str] | None = None,
    on_end: Callable[[Call], None] | None = None,
) -> httpx.AsyncClient:
    """Return a client that is at this address, as far as the app can see."""
    transport = httpx.ASGITransport(app_of(routes, on_end), client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers)
