"""One reading of a conversation's events for all streams of a process that follow it.

A stream begins by reading the database for itself, which is also where its viewer's right to
read is checked. Having read all there is, it goes live: from then on the feed hands it each
event. Whatever is not plainly the next event of somebody who takes part, a full queue, a gap,
its viewer being removed, sends a stream back to reading for itself. So nothing is decided here
that the database doesn't decide, and nothing can be lost by being clever.
"""

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Any, Self
from weakref import WeakKeyDictionary

from talk.models import Event
from talk.models.event import PAGE

from .changes import FRESH_SECONDS, member_events, next_look, viewer_events
from .hub import Hub, conversation_topic, hub
from .sharing import Subscriber
from .wakeup import Wakeup

logger = logging.getLogger(__name__)

#: Events that wait for one stream at most; a reader that is slower reads them later.
BACKLOG = 100
#: Events that a stream reads at first.
FIRST_PAGE = 100
#: Questions whose answers are found along with the events: others would wait for more.
PREPARED = 3
#: Questions that are kept as not fit for that. Where there are more, no matter.
MOST_UNFIT = 1_000
#: Seconds after which a database that did not answer is asked again.
RETRY_SECONDS = 1.0

ENDS = {Event.Kind.PARTICIPANT_LEFT, Event.Kind.PARTICIPANT_REMOVED}


class Reader:
    """One stream's place in a conversation. Iterate over it for the events."""

    def __init__(
        self, feed: "Feed", viewer: Any, after: int | None, stream: Subscriber | None
    ) -> None:
        self._feed = feed
        self.viewer = viewer
        self.stream = stream
        #: What is to be given out, and since when it waits for that.
        self._waiting: deque[tuple[Event, float]] = deque()
        #: The revisions up to which events were given out, and taken to be.
        self._given = self._taken = after
        self.is_live = False
        self._woken = asyncio.Event()
        #: The events that it reads at once.
        self._most = FIRST_PAGE

    def offer(self, event: Event) -> None:
        """Take the next event; or, if this may not be the next, go and read."""
        if not self.is_live or self._taken is None or event.revision <= self._taken:
            return
        if event.revision == self._taken + 1 and len(self._waiting) < BACKLOG:
            self._waiting.append((event, time.monotonic()))
            self._taken = event.revision
            self._woken.set()
        else:
            self.fall_behind()

    def fall_behind(self) -> None:
        """Read what was not given out yet."""
        self.is_live = False
        self._waiting.clear()
        self._taken = self._given
        self._woken.set()

    async def begin(self) -> None:
        """Read before the first event is asked for: whether the viewer may read, above all."""
        await self._read()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        if self._waiting and time.monotonic() > self._waiting[0][1] + FRESH_SECONDS:
            # A client that takes its time may not see all of them any more.
            self.fall_behind()
        while not self._waiting:
            if self.is_live:
                self._woken.clear()
                await self._woken.wait()
            else:
                await self._read()
        event, _since = self._waiting.popleft()
        self._given = event.revision
        return event

    async def _read(self) -> None:
        news = await viewer_events(self.viewer, self._feed.conversation, self._given, self._most)
        if news.more:
            self._most = next_look(len(news.events), PAGE)
        now = time.monotonic()
        self._waiting.extend((event, now) for event in news.events)
        self._taken = news.revision
        if not news.events:
            self._given = news.revision
        if not news.more:
            self.is_live = True
            self._feed.go_on_from(news.revision)


class Feed:
    """The events of one conversation, read once for all its readers that are live."""

    def __init__(self, conversation: int) -> None:
        self.conversation = conversation
        self.readers: set[Reader] = set()
        self.joined = asyncio.Event()
        self._revision: int | None = None
        self._located = asyncio.Event()
        self._wakeup = Wakeup()
        #: The questions whose answers take long, or are for nobody else.
        self._unfit: set[Hashable] = set()

    def go_on_from(self, revision: int) -> None:
        """A reader has read up to here. The feed goes back to it, if it was ahead."""
        if self._revision is None:
            self._revision = revision
            self._located.set()
        elif revision < self._revision:
            # The others skip what they have.
            self._revision = revision
            self._wakeup.wake()

    async def run(self) -> None:
        async with hub().watch(conversation_topic(self.conversation)) as self._wakeup:
            self.joined.set()
            while True:
                # A wakeup that rings before somebody has read stays rung.
                await self._located.wait()
                await self._wakeup.wait()
                try:
                    while await self._read():
                        pass
                except Exception:
                    logger.warning("A conversation was not read; reading again", exc_info=True)
                    self._start_anew()
                    await asyncio.sleep(RETRY_SECONDS)

    def _start_anew(self) -> None:
        """What the log can't tell any more, the readers are told by themselves."""
        self._revision = None
        self._located.clear()
        self._wakeup.wake()
        for reader in self.readers:
            reader.fall_behind()

    async def _read(self) -> bool:
        """Hand on a page of events; whether there may be more."""
        after = self._revision
        news = await member_events(self.conversation, after, self._subscribers())
        if len(self._unfit) < MOST_UNFIT:
            self._unfit |= news.unfit
        ends = [event for event in news.events if event.kind in ENDS]
        for reader in self.readers:
            if any(_may_be_of(event, reader.viewer) for event in ends):
                # They see none of this as those do who take part.
                reader.fall_behind()
        for event in news.events:
            for reader in self.readers:
                reader.offer(event)
        if self._revision != after:
            # It went back meanwhile, and its wakeup rings.
            return False
        self._revision = news.revision
        return bool(news.more)

    def _subscribers(self) -> list[Subscriber]:
        """One stream for each of the questions that are asked most."""
        askers: defaultdict[Hashable, list[Subscriber]] = defaultdict(list)
        for reader in self.readers:
            stream = reader.stream
            if reader.is_live and stream and stream.shares and stream.question not in self._unfit:
                askers[stream.question].append(stream)
        most = sorted(askers.values(), key=len, reverse=True)[:PREPARED]
        return [streams[0] for streams in most]


def _may_be_of(event: Event, viewer: Any) -> bool:
    # Of who was erased it's not known any more whose it was.
    place = event.participation
    return place is None or bool(place.user_id == viewer.pk)


class Feeds:
    """Those of one hub."""

    def __init__(self) -> None:
        self._feeds: dict[int, Feed] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def read(
        self, conversation: int, viewer: Any, after: int | None, stream: Subscriber | None = None
    ) -> AsyncIterator[Reader]:
        """A reader of what happens in a conversation after a revision, or from now on.

        What `stream` answers to an event is found along with the event.
        """
        feed = self._feeds.get(conversation)
        if feed is None:
            feed = self._feeds[conversation] = Feed(conversation)
            self._tasks[conversation] = asyncio.create_task(feed.run())
        reader = Reader(feed, viewer, after, stream)
        feed.readers.add(reader)
        try:
            # First listen, then read: what happens in between is not missed.
            await feed.joined.wait()
            yield reader
        finally:
            feed.readers.discard(reader)
            if not feed.readers:
                del self._feeds[conversation]
                task = self._tasks.pop(conversation)
                task.cancel()
                await asyncio.shield(asyncio.wait([task]))


_feeds: WeakKeyDictionary[Hub, Feeds] = WeakKeyDictionary()


def feeds() -> Feeds:
    """The feeds of the running event loop."""
    return _feeds.setdefault(hub(), Feeds())
