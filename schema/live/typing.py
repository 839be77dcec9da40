"""Who types where: said again and again while they do, shown to the others, stored nowhere.

Who says so is let in by their process, which asks the database rarely. Who is shown decides each
process that shows it: it knows from the conversation's changes who takes part.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import strawberry

from talk import events, models
from talk.exceptions import MessagingPermissionDenied, RefusalCode

from .. import threads
from ..authentication.context import Context, Info
from ..ids import key_of
from ..loading.participations import participation_in
from ..types.nodes import User
from .feeds import ENDS, Reader, feeds
from .hub import Hub, acquaintances_topic, hub, typing_topic
from .retries import with_retries
from .sharing import SharedResults

#: Seconds for which somebody is shown as typing, unless they say it again.
SHOWN_SECONDS = 6
#: Seconds within which the others are not told the same again, or a change of it.
QUIET_SECONDS = 1.0
#: Seconds after which it's looked up again whether who types takes part.
PERMIT_SECONDS = 30.0
#: Seconds after which the people who typed are looked up again.
KNOWN_SECONDS = 300.0
#: Permits that are kept before those that ran out are dropped.
MOST_PERMITS = 10_000
#: Seconds between two answers of one stream, at least.
SETTLE_SECONDS = 0.2
#: Most people that are shown.
MOST = 10

#: Changes after which other people may type.
MEMBERSHIP = ENDS | {
    models.Event.Kind.PARTICIPANT_JOINED,
    models.Event.Kind.PARTICIPANT_REINSTATED,
    models.Event.Kind.PARTICIPANT_SUSPENDED,
    models.Event.Kind.PARTICIPANT_RESTORED,
}


@dataclass
class Permit:
    """That somebody may say that they type somewhere, and what they said last."""

    until: float
    types: bool = False
    told_at: float = 0.0


_permits: dict[tuple[Any, int], Permit] = {}


def say(info: Info, key: int, types: bool) -> None:
    """Tell the others that the viewer types, or no longer does. Raises if they may not."""
    viewer, now = info.context.viewer, time.monotonic()
    permit = _permits.get((viewer.pk, key))
    if permit is None or permit.until < now:
        place = participation_in(info, key)
        if not place.is_active:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
        place.must_not_be_suspended()
        _drop_old(now)
        permit = _permits[viewer.pk, key] = Permit(now + PERMIT_SECONDS)
    is_news = now > permit.told_at + QUIET_SECONDS if types else permit.types
    if is_news:
        permit.types = types
        permit.told_at = now if types else permit.told_at
        sign = ["typing", key, str(viewer.pk), SHOWN_SECONDS if types else 0]
        events.tell(events.typing_group(key), {"sign": sign})


def _drop_old(now: float) -> None:
    if len(_permits) >= MOST_PERMITS:
        for whose, permit in list(_permits.items()):
            if permit.until < now:
                _permits.pop(whose, None)
    if len(_permits) >= MOST_PERMITS:
        # Whoever still types is looked up once more.
        _permits.clear()


@strawberry.type(description="Who is typing in a conversation now.")
class Typing:
    users: list[User] = strawberry.field(
        description="The people, but the viewer and whom the viewer blocked, who began first "
        "coming first: at most ten."
    )
    #: All who are shown the same share one answer.
    _results: strawberry.Private[SharedResults] = field(default_factory=SharedResults)


class Room:
    """Who types in one conversation, for all streams of a process that show it."""

    def __init__(self, conversation: int) -> None:
        self.conversation = conversation
        self.topic = typing_topic(conversation)
        self.visitors = 0
        #: Who has typed, by key; None for who does not take part.
        self._people: dict[str, Any] = {}
        self._known_until = 0.0
        self._revision = 0
        #: How often somebody came or went.
        self._moves = 0
        self._finding = asyncio.Lock()
        self._shown: WeakValueDictionary[tuple[str, ...], Typing] = WeakValueDictionary()

    async def follow(self, changes: Reader) -> None:
        """Take note of who said what they typed, and of who comes and goes."""
        async for event in changes:
            if event.revision <= self._revision:
                # Another stream of this room was first.
                continue
            self._revision = event.revision
            if event.kind == models.Event.Kind.MESSAGE_SENT:
                hub().indicators.note(self.topic, str(event.actor_id), 0)
            elif event.kind in MEMBERSHIP:
                self._forget(event.participation)
            else:
                continue
            hub().wake(self.topic)

    def _forget(self, place: models.Participation | None) -> None:
        """Look somebody up again, or everybody if it was the place of who was erased."""
        if place is None:
            self._people.clear()
        else:
            self._people.pop(str(place.user_id), None)
        self._moves += 1

    async def shown_to(self, context: Context) -> Typing:
        """Who types now, but the viewer: the same object for all who are shown the same."""
        signs = [each for each in hub().indicators.of(self.topic) if each != str(context.viewer.pk)]
        people = await self._find(signs)
        present = (each for each in signs if people.get(each) is not None)
        shown = tuple(each for each in present if not context.has_blocked(people[each].pk))[:MOST]
        typing = self._shown.get(shown)
        if typing is None:
            typing = self._shown[shown] = Typing(users=[people[each] for each in shown])
        return typing

    async def _find(self, signs: list[str]) -> dict[str, Any]:
        async with self._finding:
            if time.monotonic() > self._known_until:
                self._people = {}
                self._known_until = time.monotonic() + KNOWN_SECONDS
            while unknown := [each for each in signs if each not in self._people]:
                moves = self._moves
                found = await with_retries(partial(_members, self.conversation, unknown))
                if moves == self._moves:
                    self._people |= dict.fromkeys(unknown) | found
            return self._people


async def follow_typing(
    conversation: strawberry.ID, context: Context
) -> AsyncGenerator[Typing, None]:
    """Who types in a conversation, at once and whenever that changes.

    Raises what a stream of the conversation's changes does, and ends when that does.
    """
    key = key_of(models.Conversation, conversation, "conversationId")
    async with (
        feeds().read(key, context.viewer, None) as changes,
        _rooms().enter(key) as room,
        hub().watch(room.topic, acquaintances_topic(context.viewer.pk)) as wakeup,
    ):
        await changes.begin()
        following = asyncio.create_task(room.follow(changes))
        following.add_done_callback(lambda _: wakeup.wake())
        shown: Typing | None = None
        try:
            while not following.done():
                if wakeup.was_for("acquaintances"):
                    await with_retries(partial(_look_up_blocks, context))
                typing = await room.shown_to(context)
                if shown is None or typing.users != shown.users:
                    yield typing
                    shown = typing
                await asyncio.sleep(SETTLE_SECONDS)
                await wakeup.wait(hub().indicators.seconds_left([room.topic]))
            following.result()
        finally:
            following.cancel()


class Rooms:
    """Those of one hub."""

    def __init__(self) -> None:
        self._rooms: dict[int, Room] = {}

    @asynccontextmanager
    async def enter(self, conversation: int) -> AsyncIterator[Room]:
        room = self._rooms.setdefault(conversation, Room(conversation))
        room.visitors += 1
        try:
            yield room
        finally:
            room.visitors -= 1
            if not room.visitors:
                del self._rooms[conversation]


_all_rooms: WeakKeyDictionary[Hub, Rooms] = WeakKeyDictionary()


def _rooms() -> Rooms:
    """The rooms of the running event loop."""
    return _all_rooms.setdefault(hub(), Rooms())


def _read_members(conversation: int, keys: list[Any]) -> dict[str, Any]:
    places = models.Participation.objects.filter(conversation=conversation, user__in=keys).active()
    places = places.filter(suspended_at=None)
    return {str(place.user_id): place.user for place in places.select_related("user")}


_look_up_blocks = threads.live.run(Context.look_up_blocks)
_members = threads.live.run(_read_members)
