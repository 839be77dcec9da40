"""Wakes the subscriptions of a process when the database has changed.

The hub gets wake-ups from the channel layer. They carry no data: a task that was woken reads the
database. A wake-up may be lost, so the hub also compares the database every few seconds with what
it has found before.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import Max
from django.utils import timezone

from talk.conf import conf
from talk.counts import count
from talk.log_context import start_for_all
from talk.models import Conversation, Participation

from .. import threads
from .indicators import Indicators
from .listener import Listener
from .topics import (
    Topic,
    acquaintances_topic,
    conversation_topic,
    heartbeat_topic,
    inbox_topic,
    user_topic,
)
from .wakeup import Wakeup

logger = logging.getLogger(__name__)

#: A change is committed within this time after its timestamp, whatever the server's clock says.
COMMITTED_WITHIN = timedelta(seconds=60)


class Hub:
    """Wakes the tasks of one event loop. A server has one event loop for each process."""

    def __init__(self) -> None:
        self.listener = Listener(self._receive, self._on_gap)
        self.indicators = Indicators()
        self._wakeups: defaultdict[Topic, set[Wakeup]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        #: The conversations that have changed since inboxes were last looked up.
        self._changed: set[int] = set()
        #: The conversations of which a wake-up came since the last comparison.
        self._heard: set[int] = set()
        self._inboxes_due = Wakeup()
        self._comparison_due = Wakeup()

    @asynccontextmanager
    async def watch(self, *topics: Topic) -> AsyncIterator[Wakeup]:
        """Yields a wake-up for each change of these topics, from now on.

        It may also come without a change.
        """
        wakeup = Wakeup()
        for topic in topics:
            self._wakeups[topic].add(wakeup)
        self._start()
        groups = tuple({group for topic in topics for group in topic.groups()})
        # If this is cancelled while it joins, joining is completed, so that it can leave.
        joining = asyncio.create_task(self.listener.join(groups))
        try:
            await asyncio.shield(joining)
            # A finished task would take a kilobyte for as long as this watches.
            del joining
            yield wakeup
        finally:
            for topic in topics:
                self._wakeups[topic].discard(wakeup)
                if not self._wakeups[topic]:
                    del self._wakeups[topic]
                    self.indicators.forget(topic)
            await asyncio.shield(self.listener.leave(groups))
            if not self._wakeups:
                self._stop()

    def wake(self, *topics: Topic) -> None:
        """Wake the tasks that watch one of these topics."""
        for topic in topics:
            for wakeup in self._wakeups.get(topic, ()):
                wakeup.wake(topic.kind)

    def _start(self) -> None:
        if not self._tasks:
            self.listener.start()
            work = (self._wake_inboxes(), self._compare())
            self._tasks = [start_for_all(each) for each in work]

    def _stop(self) -> None:
        self.listener.stop()
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _receive(self, content: dict[str, Any]) -> None:
        """Handle one message of the channel layer. `talk.wakeups` says what is in it."""
        if (user := content.get("user")) is not None:
            self.wake(user_topic(user), inbox_topic(user))
        if (user := content.get("inbox")) is not None:
            self.wake(inbox_topic(user))
        if (conversation := content.get("conversation")) is not None:
            self.wake(conversation_topic(conversation))
            self._changed.add(conversation)
            self._heard.add(conversation)
            self._inboxes_due.wake()
        if (user := content.get("acquaintances")) is not None:
            self.wake(acquaintances_topic(user))
        if (indicator := content.get("indicator")) is not None:
            self._show(*indicator)
        self.wake(*map(heartbeat_topic, content.get("asked", ())))

    def _show(self, kind: str, key: Any, by: str, seconds: float) -> None:
        topic = Topic(kind, key)
        if topic in self._wakeups and self.indicators.show(topic, by, seconds):
            self.wake(topic)

    def _on_gap(self) -> None:
        """Messages of the channel layer may have been lost."""
        others = (topic for topic in self._wakeups if topic.kind not in {"conversation", "inbox"})
        self.wake(*others)
        # Conversations and inboxes are compared, and only those that have changed are woken.
        self._comparison_due.wake()

    async def _wake_inboxes(self) -> None:
        """Wake the inboxes that hold a changed conversation: one query for many changes."""
        while True:
            await self._inboxes_due.wait()
            changed, self._changed = self._changed, set()
            users = [topic.key for topic in self._wakeups if topic.kind == "inbox"]
            if users:
                with _logged("Inboxes were not found; the next comparison finds them"):
                    self.wake(*map(inbox_topic, await _members(changed, users)))

    async def _compare(self) -> None:
        """Wake what has changed since the last comparison, in case that a wake-up was lost."""
        revisions: dict[Any, Any] = {}
        changes: dict[Any, Any] = {}
        missed: set[Any] = set()
        compared_at = timezone.now()
        while True:
            await self._comparison_due.wait(timeout=conf.RECONCILE_SECONDS)
            conversations = [topic.key for topic in self._wakeups if topic.kind == "conversation"]
            users = [topic.key for topic in self._wakeups if topic.kind == "inbox"]
            now = timezone.now()
            with _logged("The database did not answer; the next comparison follows"):
                before, revisions = revisions, await _revisions(conversations)
                changed = _differing(before, revisions)
                self.wake(*map(conversation_topic, changed))
                # A wake-up that is on its way comes before the next comparison.
                heard, self._heard = self._heard, set()
                count.happened("lost_wakeups", len(missed - heard))
                missed = {key for key in changed if key in before} - heard
                since = compared_at - COMMITTED_WITHIN
                before, changes = changes, await _changes(users, since)
                self.wake(*map(inbox_topic, _differing(before, changes)))
                compared_at = now


def _differing(before: dict[Any, Any], now: dict[Any, Any]) -> list[Any]:
    return [key for key in now if now[key] != before.get(key)]


@contextmanager
def _logged(message: str) -> Iterator[None]:
    """Log an error and go on. `message` says what follows from it."""
    try:
        yield
    except Exception:
        logger.warning(message, exc_info=True)


def _read_members(conversations: set[int], users: list[Any]) -> list[Any]:
    """The users among `users` who have a participation in one of the conversations."""
    found = Participation.objects.filter(conversation__in=conversations, user__in=users)
    return list(found.values_list("user", flat=True).distinct())


def _read_changes(users: list[Any], since: datetime) -> dict[Any, datetime]:
    """When a participation of each user last changed, for users where one did since then."""
    changed = Participation.objects.filter(user__in=users, changed_at__gt=since)
    return dict(changed.values_list("user").annotate(Max("changed_at")))


def _read_revisions(conversations: list[int]) -> dict[int, int]:
    return dict(Conversation.objects.filter(pk__in=conversations).values_list("pk", "revision"))


_members = threads.live.to_async(_read_members)
_changes = threads.live.to_async(_read_changes)
_revisions = threads.live.to_async(_read_revisions)

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
