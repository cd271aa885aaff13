"""What a socket needs of a GraphQL face. The faces themselves lie above, in `schema/`."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Protocol, TypeAlias

from models.actors import Actor
from realtime.handshake import Handshake
from realtime.requests import Request

Events: TypeAlias = AsyncGenerator[tuple[str, bytes]]
"""The results of a subscription as JSON, each with the cursor after it."""


class TooSlow(Exception):
    """The client takes its results more slowly than they come; it has to resume by cursor."""


class Face(Protocol):
    async def welcome(self, params: Mapping[str, object], handshake: Handshake) -> Actor:
        """Return who sent these params of `connection_init`.

        Refuses with Unauthenticated (closes 4401), Forbidden (4403) or RateLimited (4429).
        """
        ...

    def operate(self, actor: Actor, request: Request) -> AsyncIterator[bytes]:
        """Return the JSON of each execution result; a query or a mutation gives one.

        Raises Refused for what never executed, and TooSlow for who does not keep up (closes 4410).
        An `aclose` that the iterator has is called when the client is through with it.
        """
        ...

    async def still_welcome(self, actor: Actor) -> bool:
        """Tell whether the actor's rights still stand; asked every `recheck_seconds` (else 4403)."""
        ...
