"""/healthz: the process turns. /readyz: it can serve, and what it misses."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from models.database import fetch, shielded

CHECK_SECONDS = 2  # less than what asks us waits

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Check:
    """A part that we need. `ask` answers whether it is well; raising, or silence, means it is not.

    Without a vital part we cannot serve (503); without another we can, but worse (200, degraded).
    """

    name: str
    ask: Callable[[], Awaitable[bool]]
    is_vital: bool = True


async def database_answers() -> bool:
    """Tell whether the database answers; a caller who gives up cuts no connection in two."""
    return bool(await shielded(lambda: fetch("SELECT 1")))


class Health:
    """What is asked of this process from outside."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._is_draining = False
        self.routes = [Route("/healthz", self._healthz), Route("/readyz", self._readyz)]

    def drain(self) -> None:
        """Say from now on that we want no more requests, because we are about to end."""
        self._is_draining = True

    async def _healthz(self, request: Request) -> Response:
        return PlainTextResponse("ok")

    async def _readyz(self, request: Request) -> Response:
        wells = await asyncio.gather(*map(_is_well, self._checks))
        missing = [check for check, is_well in zip(self._checks, wells, strict=True) if not is_well]
        is_serving = not self._is_draining and not any(check.is_vital for check in missing)
        answer = {"status": self._status(missing), "degraded": [check.name for check in missing]}
        return JSONResponse(answer, 200 if is_serving else 503)

    def _status(self, missing: list[Check]) -> str:
        if self._is_draining:
            return "draining"
        return "degraded" if missing else "ready"


async def _is_well(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check.ask()
    except Exception as fault:
        log.warning("check_failed", check=check.name, fault=type(fault).__name__)
        return False
