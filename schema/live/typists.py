"""Knows who is typing in which conversation. `typing_indicator` sends what this receives.

Each process that shows an indicator checks that the sender still takes part. It knows this from the
changes of the conversation.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

from talk import models
from talk.log_context import start_for_all
from talk.models.event import PAGE, WRITERS

from .. import threads
from ..authentication.context import Context
from .hub import Hub, hub
from .retries import with_retries
from .sharing import SharedResults
from .topics import conversation_topic, typing_topic

if TYPE_CHECKING:
    from .feeds import Reader

#: Seconds after which the accounts of people who have typed are read again.
KNOWN_SECONDS = 300.0
#: The shortest time between two results of one subscription, in seconds.
SETTLE_SECONDS = 0.2
#: The most people that are shown.
MOST = 10
#: How the schema describes them.
PEOPLE = (
    "The people who are typing, at most ten. The first to begin comes first. The viewer and people "
    "whom the viewer has blocked are left out."
)


class Member(NamedTuple):
    """A person who takes part in a conversation."""

    user: Any
    may_write: bool


@dataclass(eq=False)
class Shown:
    """Some people who are typing in a conversation."""

    users: list[Any]
    #: Shared by all subscriptions that show the same people.
    shared_results: SharedResults = field(default_factory=SharedResults)


class Typists:
    """The people who are typing in one conversation, for all subscriptions of a process."""

    def __init__(self, conversation: int) -> None:
        self.conversation = conversation
        self.topic = typing_topic(conversation)
        #: The number of subscriptions.
        self.watchers = 0
        #: The number of inboxes that show it now, by the key of their viewer, and what follows the
        #: changes of the conversation for them.
        self._viewers: Counter[str] = Counter()
        self._following: asyncio.Task[None] | None = None
        self._is_followed = asyncio.Event()
        #: People who have typed, and viewers, by primary key. None for those who don't take part.
        self._people: dict[str, Member | None] = {}
        self._known_until = 0.0
        #: The last event that was handled.
        self._revision = 0
        #: How often the membership has changed.
        self._changes = 0
        self._finding = asyncio.Lock()
        self._shown: WeakValueDictionary[tuple[str, ...], Shown] = WeakValueDictionary()

    async def follow(self, changes: "Reader") -> None:
        """End an indicator when its message arrives, and keep track of the membership.

        `changes` has begun. The revision is that of all subscriptions, and another one may be
        behind with changes from before, which it skips after the next change of these.
        """
        self._forget(None)
        async for delivery in changes:
            event = delivery.event
            about = event.participation and event.participation.user_id
            self._handle(event.revision, event.kind, event.actor_id, about)

    @asynccontextmanager
    async def followed_for(self, viewer: Any) -> AsyncIterator[None]:
        """Follow the conversation for an inbox of this viewer, with one task for all inboxes."""
        key = str(viewer.pk)
        self._viewers[key] += 1
        if self._following is None:
            self._is_followed = asyncio.Event()
            self._following = start_for_all(self._follow_for_inboxes(self._is_followed))
            self._following.add_done_callback(lambda _: hub().wake(self.topic))
        try:
            # From then on, no change of the membership is missed.
            await self._is_followed.wait()
            yield
        finally:
            self._viewers[key] -= 1
            if not self._viewers[key]:
                del self._viewers[key]
            if not self._viewers:
                self._following.cancel()
                self._following = None

    async def _follow_for_inboxes(self, begun: asyncio.Event) -> None:
        try:
            async with hub().watch(conversation_topic(self.conversation)) as wakeup:
                revision = await with_retries(partial(_revision, self.conversation))
                self._revision = max(self._revision, revision)
                # What was known before may be out of date by now.
                self._forget(None)
                begun.set()
                while await wakeup.wait():
                    while news := await with_retries(
                        partial(_news, self.conversation, self._revision)
                    ):
                        for each in news:
                            self._handle(*each)
        finally:
            begun.set()

    def _handle(self, revision: int, kind: str, actor: Any, about: Any) -> None:
        """Handle an event by `actor`, which is `about` the participation of a user."""
        if revision <= self._revision:
            # Another subscription has handled it.
            return
        self._revision = revision
        if kind == models.Event.Kind.MESSAGE_SENT:
            hub().indicators.show(self.topic, str(actor), 0)
        elif kind in WRITERS:
            self._forget(about)
        else:
            return
        hub().wake(self.topic)

    def _forget(self, user_pk: Any) -> None:
        """Read a person again, or, for None, all people. So it is after an account was erased."""
        if user_pk is None:
            self._people.clear()
        else:
            self._people.pop(str(user_pk), None)
        self._changes += 1

    async def shown_to(self, context: Context) -> Shown:
        """The people that a viewer sees. The same object for all viewers who see the same."""
        viewer = str(context.viewer.pk)
        keys = [key for key in hub().indicators.active(self.topic) if key != viewer]
        people = await self._find(keys)
        found = {key: each.user for key in keys if (each := people.get(key)) and each.may_write}
        blocked = {key for key, user in found.items() if context.has_blocked(user.pk)}
        return self._of({key: user for key, user in found.items() if key not in blocked})

    async def shown_in_inbox(self, context: Context) -> Shown:
        """`shown_to` for a viewer who takes part; nobody for others. Inside `followed_for`."""
        if self._following is not None and self._following.done():
            # It ends by an error only.
            self._following.result()
        viewer = str(context.viewer.pk)
        people = await self._find([viewer])
        return await self.shown_to(context) if people.get(viewer) else self._of({})

    def _of(self, users: dict[str, Any]) -> Shown:
        shown = tuple(users)[:MOST]
        found = self._shown.get(shown)
        if found is None:
            found = self._shown[shown] = Shown([users[key] for key in shown])
        return found

    async def _find(self, keys: list[str]) -> dict[str, Member | None]:
        async with self._finding:
            if time.monotonic() > self._known_until:
                self._people = {}
                self._known_until = time.monotonic() + KNOWN_SECONDS
            while any(key not in self._people for key in keys):
                # Once for all viewers of inboxes.
                unknown = [key for key in {*keys, *self._viewers} if key not in self._people]
                changes = self._changes
                found = await with_retries(partial(_members, self.conversation, unknown))
                if changes == self._changes:
                    self._people |= dict.fromkeys(unknown) | found
            return self._people


class WatchedConversations:
    """The conversations of one hub whose typists are shown."""

    def __init__(self) -> None:
        self.typists: dict[int, Typists] = {}

    @asynccontextmanager
    async def watch(self, conversation: int) -> AsyncIterator[Typists]:
        typists = self.typists.setdefault(conversation, Typists(conversation))
        typists.watchers += 1
        try:
            yield typists
        finally:
            typists.watchers -= 1
            if not typists.watchers:
                del self.typists[conversation]


_all_conversations: WeakKeyDictionary[Hub, WatchedConversations] = WeakKeyDictionary()


def conversations() -> WatchedConversations:
    """The conversations of the running event loop whose typists are shown."""
    return _all_conversations.setdefault(hub(), WatchedConversations())


def _read_members(conversation: int, keys: list[Any]) -> dict[str, Member]:
    """The users among `keys` who take part in the conversation, by primary key."""
    found = models.Participation.objects.filter(conversation=conversation, user__in=keys).active()
    return {
        str(each.user_id): Member(each.user, each.suspended_at is None)
        for each in found.select_related("user")
    }


def _read_revision(conversation: int) -> int:
    found = models.Conversation.objects.filter(pk=conversation).values_list("revision", flat=True)
    return found.first() or 0


def _read_news(conversation: int, revision: int) -> list[tuple[int, str, Any, Any]]:
    """The events after a revision: of each the revision, the kind, and who it is by and about."""
    later = models.Event.objects.filter(conversation=conversation, revision__gt=revision)
    columns = ("revision", "kind", "actor", "participation__user")
    return list(later.order_by("revision").values_list(*columns)[:PAGE])


look_up_blocks = threads.live.to_async(Context.look_up_blocks)
_members = threads.live.to_async(_read_members)
_revision = threads.live.to_async(_read_revision)
_news = threads.live.to_async(_read_news)
