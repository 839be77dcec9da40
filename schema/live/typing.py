"""Shows who is typing in a conversation. `typing_indicator` sends what this receives.

Each process that shows an indicator checks that the sender still takes part. It knows this from the
changes of the conversation.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import field
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import strawberry

from talk import models
from talk.models.event import WRITERS

from .. import threads
from ..authentication.context import Context
from ..ids import key_of
from ..types.nodes import User
from .feeds import Reader, feeds
from .hub import Hub, hub
from .retries import with_retries
from .sharing import SharedResults
from .topics import acquaintances_topic, typing_topic

#: Seconds after which the accounts of people who have typed are read again.
KNOWN_SECONDS = 300.0
#: The shortest time between two results of one subscription, in seconds.
SETTLE_SECONDS = 0.2
#: The most people that are shown.
MOST = 10


@strawberry.type(description="Who is typing in a conversation now.")
class Typing:
    users: list[User] = strawberry.field(
        description="The people who are typing, at most ten. The first to begin comes first. The "
        "viewer and people whom the viewer has blocked are left out."
    )
    #: Shared by all subscriptions that show the same people.
    shared_results: strawberry.Private[SharedResults] = field(default_factory=SharedResults)


class Typists:
    """The people who are typing in one conversation, for all subscriptions of a process."""

    def __init__(self, conversation: int) -> None:
        self.conversation = conversation
        self.topic = typing_topic(conversation)
        #: The number of subscriptions.
        self.watchers = 0
        #: People who have typed, by primary key. None for a person who may not write.
        self._people: dict[str, Any] = {}
        self._known_until = 0.0
        #: The last event that was handled.
        self._revision = 0
        #: How often the membership has changed.
        self._changes = 0
        self._finding = asyncio.Lock()
        self._shown: WeakValueDictionary[tuple[str, ...], Typing] = WeakValueDictionary()

    async def follow(self, changes: Reader) -> None:
        """End an indicator when its message arrives, and keep track of the membership."""
        async for delivery in changes:
            event = delivery.event
            if event.revision <= self._revision:
                # Another subscription has handled it.
                continue
            self._revision = event.revision
            if event.kind == models.Event.Kind.MESSAGE_SENT:
                hub().indicators.show(self.topic, str(event.actor_id), 0)
            elif event.kind in WRITERS:
                self._forget(event.participation)
            else:
                continue
            hub().wake(self.topic)

    def _forget(self, participation: models.Participation | None) -> None:
        """Read a person again, or all people if the account of this event was erased."""
        if participation is None:
            self._people.clear()
        else:
            self._people.pop(str(participation.user_id), None)
        self._changes += 1

    async def shown_to(self, context: Context) -> Typing:
        """The people that a viewer sees. The same object for all viewers who see the same."""
        viewer = str(context.viewer.pk)
        keys = [key for key in hub().indicators.active(self.topic) if key != viewer]
        people = await self._find(keys)
        present = (key for key in keys if people.get(key) is not None)
        shown = tuple(key for key in present if not context.has_blocked(people[key].pk))[:MOST]
        typing = self._shown.get(shown)
        if typing is None:
            typing = self._shown[shown] = Typing(users=[people[key] for key in shown])
        return typing

    async def _find(self, keys: list[str]) -> dict[str, Any]:
        async with self._finding:
            if time.monotonic() > self._known_until:
                self._people = {}
                self._known_until = time.monotonic() + KNOWN_SECONDS
            while unknown := [key for key in keys if key not in self._people]:
                changes = self._changes
                found = await with_retries(partial(_members, self.conversation, unknown))
                if changes == self._changes:
                    self._people |= dict.fromkeys(unknown) | found
            return self._people


async def follow_typing(
    conversation: strawberry.ID, context: Context
) -> AsyncGenerator[Typing, None]:
    """The people who are typing in a conversation: now, and each time this changes.

    It raises the same errors as a subscription to the conversation's changes, and ends with it.
    """
    key = key_of(models.Conversation, conversation, "conversationId")
    async with (
        feeds().read(key, context.viewer, None) as changes,
        _conversations().watch(key) as typists,
        hub().watch(typists.topic, acquaintances_topic(context.viewer.pk)) as wakeup,
    ):
        await changes.begin()
        following = asyncio.create_task(typists.follow(changes))
        following.add_done_callback(lambda _: wakeup.wake())
        shown: Typing | None = None
        try:
            while not following.done():
                if wakeup.was_for("acquaintances"):
                    await with_retries(partial(_look_up_blocks, context))
                typing = await typists.shown_to(context)
                if shown is None or typing.users != shown.users:
                    yield typing
                    shown = typing
                await asyncio.sleep(SETTLE_SECONDS)
                await wakeup.wait(hub().indicators.seconds_left([typists.topic]))
            following.result()
        finally:
            following.cancel()


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


def _conversations() -> WatchedConversations:
    """The conversations of the running event loop whose typists are shown."""
    return _all_conversations.setdefault(hub(), WatchedConversations())


def _read_members(conversation: int, keys: list[Any]) -> dict[str, Any]:
    """The users among `keys` who may write in the conversation, by primary key."""
    found = models.Participation.objects.filter(conversation=conversation, user__in=keys).active()
    found = found.filter(suspended_at=None).select_related("user")
    return {str(each.user_id): each.user for each in found}


_look_up_blocks = threads.live.to_async(Context.look_up_blocks)
_members = threads.live.to_async(_read_members)
