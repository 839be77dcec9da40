"""What wakes the live streams of a process: doorbells, and a slow timer in case that one is lost.

A doorbell carries nothing: who is woken reads the database.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db.models import Max
from django.utils import timezone

from talk import events
from talk.conf import conf
from talk.models import Conversation, Participation

from .. import threads
from .indicators import Indicators
from .listener import Listener
from .wakeup import Wakeup

logger = logging.getLogger(__name__)

#: Within which a change is committed after the time that it says, on whatever server's clock.
COMMITTED_WITHIN = timedelta(seconds=60)


class Topic(NamedTuple):
    """A thing to watch: a conversation, a user's account, inbox or acquaintances, or signs."""

    kind: str
    key: Any

    def groups(self) -> list[str]:
        """The groups that tell of it."""
        match self.kind:
            case "conversation":
                return [events.conversation_group(self.key)]
            case "user":
                return [events.user_group(self.key)]
            case "typing":
                return [events.typing_group(self.key)]
            case "presence" | "heartbeat" | "acquaintances":
                return [events.presence_group(self.key)]
            case _:
                # Any conversation may be one of this inbox.
                shards = map(events.conversation_group, range(conf.SHARDS))
                return [events.user_group(self.key), *shards]


def conversation_topic(conversation_id: int) -> Topic:
    return Topic("conversation", conversation_id)


def user_topic(user_pk: Any) -> Topic:
    return Topic("user", str(user_pk))


def inbox_topic(user_pk: Any) -> Topic:
    return Topic("inbox", str(user_pk))


def typing_topic(conversation_id: int) -> Topic:
    """Who types there."""
    return Topic("typing", conversation_id)


def presence_topic(user_pk: Any) -> Topic:
    """Where they are there."""
    return Topic("presence", str(user_pk))


def heartbeat_topic(user_pk: Any) -> Topic:
    """Whether somebody asks if they are there."""
    return Topic("heartbeat", str(user_pk))


def acquaintances_topic(user_pk: Any) -> Topic:
    """People who share a conversation with them, and people whom they blocked."""
    return Topic("acquaintances", str(user_pk))


class Hub:
    """One for each event loop, which in a server is one for each process."""

    def __init__(self) -> None:
        self.listener = Listener(self._hear, self._missed)
        self.indicators = Indicators()
        self._wakeups: defaultdict[Topic, set[Wakeup]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self._moved: set[int] = set()
        self._something_moved = asyncio.Event()
        self._overdue = Wakeup()

    @asynccontextmanager
    async def watch(self, *topics: Topic) -> AsyncIterator[Wakeup]:
        """A wakeup that rings whenever one of these may have changed after this was entered."""
        wakeup = Wakeup()
        for topic in topics:
            self._wakeups[topic].add(wakeup)
        self._start()
        groups = {group for topic in topics for group in topic.groups()}
        # Who is cancelled half-way through joining has joined, and can leave.
        joining = asyncio.create_task(self.listener.join(groups))
        try:
            await asyncio.shield(joining)
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

    def _start(self) -> None:
        if not self._tasks:
            self.listener.start()
            work = (self._find_inboxes(), self._reconcile())
            self._tasks = [asyncio.create_task(each) for each in work]

    def _stop(self) -> None:
        self.listener.stop()
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _hear(self, doorbell: dict[str, Any]) -> None:
        if (user := doorbell.get("user")) is not None:
            self.wake(user_topic(user), inbox_topic(user))
        if (user := doorbell.get("inbox")) is not None:
            self.wake(inbox_topic(user))
        if (conversation := doorbell.get("conversation")) is not None:
            self.wake(conversation_topic(conversation))
            self._moved.add(conversation)
            self._something_moved.set()
        if (user := doorbell.get("acquaintances")) is not None:
            self.wake(acquaintances_topic(user))
        if (sign := doorbell.get("sign")) is not None:
            self._see(*sign)
        self.wake(*map(heartbeat_topic, doorbell.get("asked", ())))

    def _see(self, kind: str, key: Any, by: str, seconds: float) -> None:
        topic = Topic(kind, key)
        if topic in self._wakeups and self.indicators.note(topic, by, seconds):
            self.wake(topic)

    def _missed(self) -> None:
        self.wake(
            *(topic for topic in self._wakeups if topic.kind not in {"conversation", "inbox"})
        )
        # Those are looked at all at once, to ring for what moved.
        self._overdue.wake()

    def wake(self, *topics: Topic) -> None:
        """Wake who watches one of these."""
        for topic in topics:
            for wakeup in self._wakeups.get(topic, ()):
                wakeup.wake(topic.kind)

    async def _find_inboxes(self) -> None:
        """Ring for the inboxes here that hold what moved, found for all that moved at once."""
        while True:
            await self._something_moved.wait()
            self._something_moved.clear()
            moved, self._moved = self._moved, set()
            here = [topic.key for topic in self._wakeups if topic.kind == "inbox"]
            if here:
                with _logged("Inboxes were not found; the slow timer finds them"):
                    self.wake(*map(inbox_topic, await _members(moved, here)))

    async def _reconcile(self) -> None:
        """Look at what is watched, in case that a doorbell was lost."""
        revisions: dict[Any, Any] = {}
        changes: dict[Any, Any] = {}
        looked_at = timezone.now()
        while True:
            await self._overdue.wait(timeout=conf.RECONCILE_SECONDS)
            conversations = [topic.key for topic in self._wakeups if topic.kind == "conversation"]
            users = [topic.key for topic in self._wakeups if topic.kind == "inbox"]
            looks_at = timezone.now()
            with _logged("The database did not answer; looking again"):
                before, revisions = revisions, await _revisions(conversations)
                self.wake(*map(conversation_topic, _differing(before, revisions)))
                since = looked_at - COMMITTED_WITHIN
                before, changes = changes, await _changes(users, since)
                self.wake(*map(inbox_topic, _differing(before, changes)))
                looked_at = looks_at


def _differing(before: dict[Any, Any], now: dict[Any, Any]) -> list[Any]:
    return [key for key in now if now[key] != before.get(key)]


@contextmanager
def _logged(message: str) -> Iterator[None]:
    """Go on after an error, which `message` says the consequence of."""
    try:
        yield
    except Exception:
        logger.warning(message, exc_info=True)


def _read_members(conversations: set[int], users: list[Any]) -> list[Any]:
    places = Participation.objects.filter(conversation__in=conversations, user__in=users)
    return list(places.values_list("user", flat=True).distinct())


def _read_changes(users: list[Any], since: datetime) -> dict[Any, datetime]:
    """When the last of each user's participations changed, where one did since then."""
    changed = Participation.objects.filter(user__in=users, changed_at__gt=since)
    return dict(changed.values_list("user").annotate(Max("changed_at")))


def _read_revisions(conversations: list[int]) -> dict[int, int]:
    return dict(Conversation.objects.filter(pk__in=conversations).values_list("pk", "revision"))


_members = threads.live.run(_read_members)
_changes = threads.live.run(_read_changes)
_revisions = threads.live.run(_read_revisions)

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
