"""How much one may ask in a time: points for each principal, requests for each anonymous address."""

import time
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import clock
from models.actors import Actor
from models.buckets import Buckets
from models.errors import RateLimited
from settings import settings


@dataclass(frozen=True)
class Allowance:
    """What the schema's `rateLimit` tells about the running operation. All in points but the instant."""

    limit: int
    cost: int
    remaining: int
    reset_at: datetime


allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


class Rates:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._points = Buckets(burst=settings.points_burst, per_second=settings.points_per_second)
        self._requests = Buckets(burst=settings.anonymous_burst, per_second=settings.anonymous_per_second)

    def charge(self, actor: Actor, address: str, cost: int) -> None:
        """Take the cost from the actor's points, or refuse with RateLimited. Sets `allowance`."""
        if _is_anonymous(actor):
            self.charge_address(address)
            return
        now = time.monotonic()
        _refuse_for(self._points.take(actor.principal, cost, now))
        full = self._points.full_in_seconds(actor.principal, now)
        remaining = int(self._points.left(actor.principal, now))
        reset_at = clock.now() + timedelta(seconds=full)
        allowance.set(Allowance(int(self._points.burst), cost, remaining, reset_at))

    def charge_address(self, address: str) -> None:
        """Count one request of an address that nobody vouches for, or refuse with RateLimited."""
        _refuse_for(self._requests.take(address, 1, time.monotonic()))


def _is_anonymous(actor: Actor) -> bool:
    return not (actor.credential_id or actor.member_id or actor.contact_id)


def _refuse_for(seconds: float) -> None:
    if seconds > 0:
        raise RateLimited("Too many requests. Please wait a little.", retry_seconds=seconds)
