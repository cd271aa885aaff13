"""Who may open a socket: the policy of the handshake, before anything is accepted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.types import Scope

from settings import settings

PROTOCOL = "graphql-transport-ws"
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Refusal(NamedTuple):
    """The HTTP answer to a handshake that is not accepted."""

    status: int
    words: str


@dataclass(frozen=True)
class Handshake:
    """What came with the request for a socket. Header names are in lower case."""

    headers: Mapping[str, str]
    address: str
    path: str


def handshake_refusal(
    headers: Mapping[str, str], own_origins: Collection[str], *, any_origin: bool = False
) -> Refusal | None:
    """Return why this handshake is refused, None when it may go on.

    A browser tells the page's origin, so that no foreign page can ride on cookies; other clients
    send none. `any_origin` is for the public face: its widget lives on the customers' own sites.
    """
    offered = headers.get("sec-websocket-protocol", "").split(",")
    if PROTOCOL not in (name.strip() for name in offered):
        return Refusal(400, f"Only the sub-protocol {PROTOCOL} is spoken here.")
    if not any_origin and not origin_is_ours(headers, own_origins):
        return Refusal(403, "This origin may not open sockets here.")
    return None


def origin_is_ours(headers: Mapping[str, str], own_origins: Collection[str]) -> bool:
    """Tell whether the page is from the host it asks, from one of our origins, or no page at all."""
    origin = headers.get("origin")
    if origin is None:
        return True
    theirs = _origin(origin)
    if theirs is None:
        return False
    scheme = theirs[0]
    ours = (*own_origins, f"{scheme}://{headers.get('host', '')}")
    return theirs in map(_origin, ours)


def own_origins() -> list[str]:
    """Return the origins of the settings: where people reach us, and those trusted beside it."""
    return [origin for origin in (settings.base_url, *settings.trusted_origins) if origin]


def handshake_from(scope: Scope) -> Handshake:
    """Return the handshake of an ASGI scope. A Cookie header that is too long is dropped unread."""
    headers: dict[str, str] = {}
    for raw_name, raw in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw.decode("latin-1")
        if name == "cookie" and len(value) > settings.cookie_bytes:
            continue
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    client = scope.get("client")
    return Handshake(headers, client[0] if client else "", scope["path"])


def _origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None for what is no origin, such as `null`."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port
