"""Who is there: told by their process every few seconds if they want it shown, stored nowhere."""

import asyncio
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

import strawberry
from django.contrib.auth import get_user_model

from talk import events, models
from talk.exceptions import MessagingValidationError, RefusalCode

from .. import threads
from ..ids import key_of
from ..types.nodes import User
from .hub import Hub, acquaintances_topic, heartbeat_topic, hub, presence_topic
from .retries import with_retries

#: Seconds for which somebody is shown as there, unless it is told again.
SHOWN_SECONDS = 45.0
#: Seconds after which it is told again.
BEAT_SECONDS = 20.0
#: Seconds within which it is told once, however many ask.
QUIET_SECONDS = 1.0
#: Seconds that the processes of those who are there have to say so to who comes.
ANSWER_SECONDS = 0.3
#: Seconds after which it's looked up again who shares a conversation with the viewer, if no
#: doorbell says before that it changed.
CHECK_SECONDS = 60.0
#: Most people that one stream shows.
MOST = 100


@strawberry.type(description="Who is there now.")
class Presence:
    users: list[User] = strawberry.field(description="Those of the people asked for who are.")


async def follow_presence(
    viewer: Any, people: Sequence[strawberry.ID], visible: bool
) -> AsyncGenerator[Presence, None]:
    """Who of these people is there, soon and whenever that changes, at most once a second.

    Only those are shown who want to be, and share a conversation with the viewer.
    """
    if len(people) > MOST:
        raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS, path=("users",))
    keys = list(dict.fromkeys(key_of(get_user_model(), each, "users") for each in people))
    topics = {key: presence_topic(key) for key in keys}
    async with AsyncExitStack() as stack:
        if visible:
            await stack.enter_async_context(_heartbeats().running(viewer.pk))
        # Whether they share a conversation depends on both of them.
        known_by = map(acquaintances_topic, {viewer.pk, *keys})
        wakeup = await stack.enter_async_context(hub().watch(*topics.values(), *known_by))
        await _ask(keys)
        await asyncio.sleep(ANSWER_SECONDS)
        known: dict[Any, Any] = {}
        check_at = 0.0
        shown = None
        while True:
            if wakeup.was_for("acquaintances") or time.monotonic() >= check_at:
                known = await with_retries(lambda: _acquaintances(viewer, keys))
                check_at = time.monotonic() + CHECK_SECONDS
            here = [known[key] for key in keys if key in known and hub().indicators.of(topics[key])]
            if here != shown:
                yield Presence(users=here)
                shown = here
            await asyncio.sleep(QUIET_SECONDS)
            passing = hub().indicators.seconds_left(topics.values())
            checking = max(0.0, check_at - time.monotonic())
            await wakeup.wait(checking if passing is None else min(passing, checking))


async def _ask(keys: list[Any]) -> None:
    groups = defaultdict(list)
    for key in keys:
        groups[events.presence_group(key)].append(str(key))
    for group, asked in groups.items():
        await events.say(group, {"asked": asked})


class Heartbeats:
    """Those of one hub: one for each user who is there and wants it shown."""

    def __init__(self) -> None:
        self._streams: Counter[Any] = Counter()
        self._tasks: dict[Any, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def running(self, user_pk: Any) -> AsyncIterator[None]:
        """Show that a user is there, once for however many streams want it."""
        self._streams[user_pk] += 1
        if user_pk not in self._tasks:
            self._tasks[user_pk] = asyncio.create_task(_beat(user_pk))
        try:
            yield
        finally:
            self._streams[user_pk] -= 1
            if not self._streams[user_pk]:
                del self._streams[user_pk]
                task = self._tasks.pop(user_pk)
                task.cancel()
                await asyncio.shield(asyncio.wait([task]))


async def _beat(user_pk: Any) -> None:
    # A user may be at several processes, and leave them one by one.
    source = uuid.uuid4().hex

    async def tell(seconds: float) -> None:
        sign = ["presence", str(user_pk), source, seconds]
        await events.say(events.presence_group(user_pk), {"sign": sign})

    async with hub().watch(heartbeat_topic(user_pk)) as wakeup:
        try:
            while True:
                await tell(SHOWN_SECONDS)
                await asyncio.sleep(QUIET_SECONDS)
                await wakeup.wait(BEAT_SECONDS)
        finally:
            await tell(0)


_all_heartbeats: WeakKeyDictionary[Hub, Heartbeats] = WeakKeyDictionary()


def _heartbeats() -> Heartbeats:
    """The beacons of the running event loop."""
    return _all_heartbeats.setdefault(hub(), Heartbeats())


def _read_acquaintances(viewer: Any, keys: list[Any]) -> dict[Any, Any]:
    shared = models.Participation.objects.shared_with(viewer).filter(user__in=keys)
    people = get_user_model()._default_manager.filter(pk__in=shared.values("user"))
    return {person.pk: person for person in people}


_acquaintances = threads.live.run(_read_acquaintances)
