"""The signals of one topic: what came after a cursor, and what comes from now on."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

from models import clock
from models.events import ABOUT_EARLIER_COMMENTS, UNSEEN, WITH_A_NOTE, Event, Kind
from realtime.feeds import BATCH, Feed
from realtime.signals import Signal, SignalType, Topic
from settings import settings


class Live:
    """The events of a topic from now on. `seq` is where its consumer stands once it has taken them."""

    def __init__(self, feed: Feed, topic: Topic) -> None:
        self.seq = feed.seq
        self._topic = topic
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._feed = feed
        self._end = feed.listen(self._hear)

    async def signals(self) -> AsyncGenerator[Signal]:
        """Yield each event, and a bookmark whenever it was quiet for `settings.bookmark_seconds`."""
        while True:
            try:
                # not wait_for: before Python 3.12 it swallows a cancellation that comes with an event
                async with asyncio.timeout(settings.bookmark_seconds):
                    event = await self._queue.get()
            except TimeoutError:
                self.seq = self._feed.seq if self._queue.empty() else self.seq
                yield Signal(SignalType.BOOKMARK, self.seq)
                continue
            self.seq = event.seq
            yield Signal(SignalType.EVENT, event.seq, event)

    def close(self) -> None:
        self._end()

    def _hear(self, event: Event) -> None:
        if self._topic.wants(event):
            self._queue.put_nowait(event)


async def replay(topic: Topic, after: int, until: int) -> AsyncGenerator[Signal]:
    """Yield the topic's events with `after < seq <= until`, or one RESET when that is not possible.

    A cursor can be resumed that is younger than 24 h or fewer than 100,000 events old (settings).
    """
    if after > until or not await _is_resumable(topic.workspace_id, after, until):
        yield Signal(SignalType.RESET, until)
        return
    while after < until:
        rows = await _page(topic, after, until)
        for event in rows:
            yield Signal(SignalType.EVENT, event.seq, event)
        after = rows[-1].seq if len(rows) == BATCH else until


async def _page(topic: Topic, after: int, until: int) -> list[Event]:
    rows = Event.filter(workspace_id=topic.workspace_id, seq__gt=after, seq__lte=until)
    if topic.member_id is not None:
        rows = rows.filter(kind=Kind.NOTIFIED, changes__contains={"told": [topic.member_id]})
        return await rows.order_by("seq").limit(BATCH)
    rows = rows.exclude(kind__in=UNSEEN)
    if topic.ticket_id is not None:
        rows = rows.filter(ticket_id=topic.ticket_id)
    if topic.comments_only:
        rows = rows.filter(comment_id__isnull=False).exclude(kind__in=ABOUT_EARLIER_COMMENTS)
    if topic.public:
        rows = rows.filter(is_public=True)
    if topic.comments_only and topic.public:
        rows = rows.exclude(kind__in=WITH_A_NOTE)
    return await rows.order_by("seq").limit(BATCH)


async def _is_resumable(workspace_id: int, after: int, until: int) -> bool:
    if until - after <= settings.resume_events:
        return True
    oldest = await Event.get_or_none(workspace_id=workspace_id, seq=after + 1)
    return oldest is not None and clock.now() - oldest.at < timedelta(hours=settings.resume_hours)
