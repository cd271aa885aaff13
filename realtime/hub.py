"""Groups of equal subscriptions: each event is executed and encoded once for all of them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from dataclasses import dataclass, field

from models.database import spawn
from realtime.faces import TooSlow
from realtime.feeds import Feeds, head_of
from realtime.signals import Signal, SignalType, Topic
from realtime.streams import Live, replay
from settings import settings

Results = AsyncGenerator[tuple[Signal, bytes]]
Execute = Callable[[AsyncGenerator[Signal]], Results]
"""Executes a subscription for each signal: the face gives it, as nothing here knows GraphQL."""


@dataclass(eq=False)
class _Member:
    """One subscription on one socket. `seq` is how far it has been told."""

    seq: int
    is_too_slow: bool = False
    queue: "asyncio.Queue[tuple[Signal, bytes] | Exception]" = field(
        default_factory=lambda: asyncio.Queue(settings.socket_backlog)
    )

    def take(self, result: "tuple[Signal, bytes] | Exception") -> None:
        try:
            self.queue.put_nowait(result)
        except asyncio.QueueFull:
            self.is_too_slow = True

    async def results(self) -> Results:
        """Yield what the group has executed and the member has not had by itself."""
        while not self.is_too_slow:
            result = await self.queue.get()
            if isinstance(result, Exception):
                raise result
            signal, encoded = result
            # a bookmark at an earlier seq would lead back who came with a cursor beyond it
            if signal.seq > self.seq or (signal.type is SignalType.BOOKMARK and signal.seq == self.seq):
                self.seq = signal.seq
                yield signal, encoded
        raise TooSlow


class _Group:
    """Subscriptions with the same document, variables and scope. `seq` is how far it has executed."""

    def __init__(self, live: Live, execute: Execute, forget: Callable[[], None]) -> None:
        self.seq = live.seq
        self._members: set[_Member] = set()
        self._live = live
        self._forget = forget
        self._task = spawn(self._run(execute))

    @property
    def size(self) -> int:
        return len(self._members)

    def join(self) -> _Member:
        member = _Member(self.seq)
        self._members.add(member)
        return member

    def leave(self, member: _Member) -> None:
        self._members.discard(member)
        if not self._members:
            self._close()
            self._task.cancel()

    def _close(self) -> None:
        self._forget()
        self._live.close()

    async def _run(self, execute: Execute) -> None:
        try:
            async for signal, encoded in execute(self._live.signals()):
                self.seq = signal.seq
                self._tell((signal, encoded))
        except Exception as fault:
            self._close()
            self._tell(fault)

    def _tell(self, result: tuple[Signal, bytes] | Exception) -> None:
        for member in self._members:
            member.take(result)


class Hub:
    """The groups of one process."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._groups: dict[Hashable, _Group] = {}

    async def subscribe(self, key: Hashable, topic: Topic, after: int | None, execute: Execute) -> Results:
        """Yield the results of a subscription: those after the cursor `after`, then the live ones.

        Equal keys share a group. Whoever resumes replays alone up to where the group stands, and
        goes on with it from there: no hole, no repetition. Raises TooSlow when too many wait.
        """
        feed = await self._feeds.feed(topic.workspace_id)
        group = self._groups.get(key) or self._found(key, Live(feed, topic), execute)
        member = group.join()
        try:
            if after is not None:
                async for result in self._catch_up(member, topic, after, execute):
                    yield result
            async for result in member.results():
                yield result
        finally:
            group.leave(member)

    @property
    def group_count(self) -> int:
        return len(self._groups)

    @property
    def subscription_count(self) -> int:
        return sum(group.size for group in self._groups.values())

    def _found(self, key: Hashable, live: Live, execute: Execute) -> _Group:
        group = self._groups[key] = _Group(live, execute, lambda: self._forget(key))
        return group

    def _forget(self, key: Hashable) -> None:
        self._groups.pop(key, None)

    async def _catch_up(self, member: _Member, topic: Topic, after: int, execute: Execute) -> Results:
        if member.seq < after <= await head_of(topic.workspace_id):
            member.seq = after  # it knows more than the group has executed
            return
        async for result in execute(replay(topic, after, member.seq)):
            yield result
