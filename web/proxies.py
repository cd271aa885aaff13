"""Whose word counts on where a request came from."""

from typing import TypedDict

from settings import settings


class ProxyOptions(TypedDict):
    proxy_headers: bool
    forwarded_allow_ips: list[str]


def proxy_options() -> ProxyOptions:
    """Return uvicorn's options: by itself it believes whatever any client on this machine says."""
    proxies = settings.trusted_proxies
    return {"proxy_headers": bool(proxies), "forwarded_allow_ips": proxies}
