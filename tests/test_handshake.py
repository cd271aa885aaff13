"""Who may open a socket."""

import pytest

from realtime.handshake import handshake_from, handshake_refusal
from realtime.seats import Seats
from settings import settings

OURS = ["https://desk.example", "http://localhost:3000"]
SPOKEN = {"sec-websocket-protocol": "graphql-transport-ws", "host": "10.0.0.1:8000"}


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "http://10.0.0.1:8000",
        "https://desk.example",
        "https://desk.example:443",
        "https://DESK.example",
        "http://localhost:3000",
    ],
)
def test_our_own_pages_and_programs_may(origin):
    headers = SPOKEN if origin is None else SPOKEN | {"origin": origin}

    assert handshake_refusal(headers, OURS) is None


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://evil.example",
        "http://desk.example",
        "https://desk.example.evil.example",
        "https://desk.example:8443",
        "https://desk.example, https://evil.example",
        "http://10.0.0.1",
        "http://[::1",
        "http://10.0.0.1:8000@evil.example",
        "file://",
        "https://desk.example:99999",
    ],
)
def test_foreign_pages_may_not_but_where_any_may(origin):
    headers = SPOKEN | {"origin": origin}

    refusal = handshake_refusal(headers, OURS)

    assert refusal is not None
    assert refusal.status == 403
    assert handshake_refusal(headers, OURS, any_origin=True) is None


@pytest.mark.parametrize("offered", ["", "graphql-ws", "nonsense", "GRAPHQL-TRANSPORT-WS"])
def test_another_sub_protocol_is_refused_everywhere(offered):
    headers = SPOKEN | {"sec-websocket-protocol": offered}

    refusal = handshake_refusal(headers, OURS, any_origin=True)

    assert refusal is not None
    assert refusal.status == 400


def test_our_sub_protocol_may_stand_among_others():
    headers = SPOKEN | {"sec-websocket-protocol": "other, graphql-transport-ws"}

    assert handshake_refusal(headers, OURS) is None


def test_a_cookie_over_the_limit_is_dropped_unread():
    at = b"x" * settings.cookie_bytes
    scope = {"path": "/graphql", "client": ("192.0.2.1", 5)}

    kept = handshake_from(scope | {"headers": [(b"Cookie", at)]})
    dropped = handshake_from(scope | {"headers": [(b"Cookie", at + b"x")]})

    assert len(kept.headers["cookie"]) == settings.cookie_bytes
    assert "cookie" not in dropped.headers


def test_one_ipv6_network_counts_as_one_address(monkeypatch):
    monkeypatch.setattr(settings, "sockets_per_address", 2)
    seats = Seats()

    entered = [seats.enter(f"2001:db8::{number}") for number in range(3)]

    assert entered == [True, True, False]
    assert seats.enter("2001:db8:0:1::1")
    assert seats.enter("192.0.2.1")
