"""Reads the events of a conversation once, for all subscriptions of a process that follow it.

A subscription first reads the database by itself. This also checks whether its viewer may read.
When it has read everything, it is live: the feed of the conversation hands it each new event.
It goes back to the database in each case of doubt: after a gap, when its queue is full, or when its
viewer has left or was removed. So no event is lost.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Any, Self
from weakref import WeakKeyDictionary

from talk.counts import count
from talk.log_context import start_for_all
from talk.models import Event
from talk.models.event import DEPARTURES, PAGE

from .changes import FRESH_SECONDS, Delivery, member_events, next_page_size, viewer_events
from .hub import Hub, hub
from .sharing import Subscriber
from .topics import conversation_topic
from .wakeup import Wakeup

logger = logging.getLogger(__name__)

#: The most events that wait for one subscription. A slower one reads them from the database later.
BACKLOG = 100
#: The number of events that a subscription reads at first.
FIRST_PAGE = 100
#: The most selections that are executed in the same thread call as the events are read.
EARLY_SELECTIONS = 3
#: The most selections that a feed remembers as unfit for early execution.
MOST_UNFIT = 1_000
#: Seconds before the database is read again after an error.
RETRY_SECONDS = 1.0


class Reader:
    """The position of one subscription in a conversation. Iterates over the events."""

    def __init__(
        self, feed: "Feed", viewer: Any, after: int | None, stream: Subscriber | None
    ) -> None:
        self._feed = feed
        self.viewer, self.stream = viewer, stream
        #: The events that are still to be delivered, each with the time when it came.
        self._queue: list[tuple[Delivery, float]] = []
        #: The last revision that was delivered, and the last one that was put into the queue.
        self._delivered = self._queued = after
        #: Whether the feed hands on each event. If not, the reader reads the database by itself.
        self.is_live = False
        self._wakeup = Wakeup()
        self._page_size = FIRST_PAGE

    def offer(self, delivery: Delivery) -> None:
        """Take an event from the feed, or go back to the database if it may not be the next."""
        if not self.is_live or self._queued is None or delivery.revision <= self._queued:
            return
        if delivery.revision == self._queued + 1 and len(self._queue) < BACKLOG:
            self._queue.append((delivery, time.monotonic()))
            self._queued = delivery.revision
            self._wakeup.wake()
        else:
            self.catch_up()

    def catch_up(self) -> None:
        """Stop being live: read everything that was not delivered yet from the database."""
        if self.is_live:
            count.happened("catch_ups")
        self.is_live = False
        self._queue.clear()
        self._queued = self._delivered
        self._wakeup.wake()

    async def begin(self) -> None:
        """Read the first page now, which raises an error if the viewer may not read."""
        await self._read()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Delivery:
        if self._queue and time.monotonic() > self._queue[0][1] + FRESH_SECONDS:
            # The client was slow. By now it may not be allowed to see all of them.
            self.catch_up()
        while not self._queue:
            if self.is_live:
                await self._wakeup.wait()
            else:
                await self._read()
        delivery, _since = self._queue.pop(0)
        self._delivered = delivery.revision
        return delivery

    async def _read(self) -> None:
        page = await viewer_events(
            self.viewer, self._feed.conversation, self._delivered, self._page_size
        )
        if page.more:
            self._page_size = next_page_size(len(page.deliveries), PAGE)
        now = time.monotonic()
        self._queue.extend((delivery, now) for delivery in page.deliveries)
        self._queued = page.revision
        if not page.deliveries:
            self._delivered = page.revision
        if not page.more:
            self.is_live = True
            self._feed.continue_from(page.revision)


class Feed:
    """The events of one conversation, read once for all readers that are live."""

    def __init__(self, conversation: int) -> None:
        self.conversation = conversation
        self.readers: set[Reader] = set()
        #: The last revision that was handed on. None until a reader has read the database.
        self._revision: int | None = None
        self._wakeup = Wakeup()
        #: Whether the conversation has changed while `_revision` was None.
        self._is_due = False
        #: Set when the hub watches the conversation. None after that.
        self._joining: asyncio.Event | None = asyncio.Event()
        #: The selections that take long to execute, or whose results are for one viewer only.
        self._unfit: set[Hashable] = set()

    async def joined(self) -> None:
        """Wait until no change of the conversation can be missed any more."""
        if self._joining is not None:
            await self._joining.wait()

    def continue_from(self, revision: int) -> None:
        """A reader has read up to this revision. The feed goes back to it if it is further."""
        if self._revision is None:
            self._revision = revision
            if self._is_due:
                self._is_due = False
                self._wakeup.wake()
        elif revision < self._revision:
            # The other readers skip the events that they have.
            self._revision = revision
            self._wakeup.wake()

    async def run(self) -> None:
        """Hand on the events of the conversation, each time it changes."""
        async with hub().watch(conversation_topic(self.conversation)) as self._wakeup:
            if self._joining is not None:
                self._joining.set()
                self._joining = None
            while True:
                await self._wakeup.wait()
                if self._revision is None:
                    self._is_due = True
                    continue
                try:
                    while await self._read():
                        pass
                except Exception:
                    logger.warning("A conversation was not read; reading again", exc_info=True)
                    self._start_anew()
                    await asyncio.sleep(RETRY_SECONDS)

    def _start_anew(self) -> None:
        """Let each reader read the database, and get its own error from it, if there is one."""
        self._revision = None
        self._wakeup.wake()
        for reader in self.readers:
            reader.catch_up()

    async def _read(self) -> bool:
        """Read a page of events and hand it on. True if there may be more."""
        after = self._revision
        page = await member_events(self.conversation, after, self._executed_early())
        if len(self._unfit) < MOST_UNFIT:
            self._unfit |= page.unfit
        departures = [each.event for each in page.deliveries if each.event.kind in DEPARTURES]
        for reader in self.readers:
            if any(_may_concern(event, reader.viewer) for event in departures):
                # After this event its viewer sees less than the members do.
                reader.catch_up()
        for delivery in page.deliveries:
            for reader in self.readers:
                reader.offer(delivery)
        if self._revision != after:
            # A reader made the feed go back, and has woken it.
            return False
        self._revision = page.revision
        return bool(page.more)

    def _executed_early(self) -> list[Subscriber]:
        """One stream for each of the selections that most readers share."""
        streams: defaultdict[Hashable, list[Subscriber]] = defaultdict(list)
        for stream in (reader.stream for reader in self.readers if reader.is_live):
            if stream and stream.is_synchronous and stream.selection not in self._unfit:
                streams[stream.selection].append(stream)
        most = sorted(streams.values(), key=len, reverse=True)[:EARLY_SELECTIONS]
        return [each[0] for each in most]


def _may_concern(event: Event, viewer: Any) -> bool:
    # If an account was erased, the event does not say any more whose participation it was.
    participation = event.participation
    return participation is None or bool(participation.user_id == viewer.pk)


class Feeds:
    """The conversation feeds of one hub, each for as long as it has readers."""

    def __init__(self) -> None:
        self._feeds: dict[int, Feed] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def read(
        self, conversation: int, viewer: Any, after: int | None, stream: Subscriber | None = None
    ) -> AsyncIterator[Reader]:
        """Read the events of a conversation after a revision, or, for None, from now on.

        The results of `stream` may be executed together with the events.
        """
        feed = self._feeds.get(conversation)
        if feed is None:
            feed = self._feeds[conversation] = Feed(conversation)
            self._tasks[conversation] = start_for_all(feed.run())
        reader = Reader(feed, viewer, after, stream)
        feed.readers.add(reader)
        try:
            # Watch first and read then, so that no change between the two is missed.
            await feed.joined()
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
    """The conversation feeds of the running event loop."""
    return _feeds.setdefault(hub(), Feeds())
