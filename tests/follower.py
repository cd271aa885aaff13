"""A client as it should be written: it folds what it is told, and resumes after each cut."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import websockets
from running_web import SECONDS, RunningWeb

Message = dict[str, Any]


@dataclass
class Follower:
    """Follows one subscription from a cursor on, through as many cuts as it is given."""

    web: RunningWeb
    key: str
    query: str
    cursor: str
    name: Callable[[Message], str]
    path: str = "/graphql"
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    told: list[str] = field(default_factory=list[str])
    messages: list[Message] = field(default_factory=list[Message])
    cuts: int = 0

    async def be_cut(self, times: int, dice: Random) -> None:
        """Listen, and be cut after some messages, or before the first, again and again."""
        for _ in range(times):
            await self._listen(until_told=len(self.told) + dice.choice((0, 0, 1, 2, 3, 7)))
            self.cuts += 1

    async def catch_up(self, count: int) -> None:
        """Listen until it was told `count` events in all, and a moment longer for what is too much."""
        async with asyncio.timeout(SECONDS):
            await self._listen(until_told=count, is_last=True)

    async def _listen(self, *, until_told: int, is_last: bool = False) -> None:
        async with self.web.socket(self.key, path=self.path) as socket:
            watching = await socket.subscribe(self.query, **self.variables, after=self.cursor)
            while len(self.told) < until_told:
                self._fold(await socket.next(watching))
            if is_last:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        self._fold(await socket.next(watching))
            _cut(socket.wire)

    def _fold(self, payload: Any) -> None:
        assert "errors" not in payload, payload
        [message] = payload["data"].values()
        assert message["type"] != "RESET", "the cursor is young enough"
        self.cursor = message["eventCursor"]
        self.messages.append(message)
        if message["type"] == "EVENT":
            self.told.append(self.name(message))


def _cut(wire: websockets.ClientConnection) -> None:
    """Break the connection without a word."""
    wire.transport.abort()
