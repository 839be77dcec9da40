"""Presence: shows which people are online. It is never stored.

Processes send heartbeats for users who are connected to them and want to be shown: one every few
seconds, and one more when another process asks for it. Heartbeats expire, so nobody has to report
that a process has died.
"""

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

from talk import models, wakeups
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.log_context import start_for_all

from .. import threads
from ..ids import key_of
from ..types.nodes import User
from .hub import Hub, hub
from .retries import with_retries
from .topics import acquaintances_topic, heartbeat_topic, presence_topic

#: Seconds for which a user is shown as online after a heartbeat.
SHOWN_SECONDS = 45.0
#: Seconds between two heartbeats.
BEAT_SECONDS = 20.0
#: Seconds within which one heartbeat is sent, however many processes ask for it.
QUIET_SECONDS = 1.0
#: Seconds that other processes have to answer a new subscription with heartbeats.
ANSWER_SECONDS = 0.3
#: Seconds after which it is read again who shares a conversation with the viewer, if no wake-up
#: says before that this has changed.
CHECK_SECONDS = 60.0
#: The most people that one subscription shows.
MOST = 100


@strawberry.type(description="Who is online now.")
class Presence:
    users: list[User] = strawberry.field(
        description="Those of the requested people who are online and whom the viewer may see."
    )


async def follow_presence(
    viewer: Any, people: Sequence[strawberry.ID], visible: bool
) -> AsyncGenerator[Presence, None]:
    """Who of these people is online: now, and each time this changes, at most once a second.

    People are shown only if they want to be and share a conversation with the viewer.
    """
    keys = _keys_of(people)
    topics = {key: presence_topic(key) for key in keys}
    async with AsyncExitStack() as stack:
        if visible:
            await stack.enter_async_context(_heartbeats().running(viewer.pk))
        # Each of the two may leave the conversation that they share.
        acquaintances = map(acquaintances_topic, {viewer.pk, *keys})
        wakeup = await stack.enter_async_context(hub().watch(*topics.values(), *acquaintances))
        await _request_heartbeats(keys)
        await asyncio.sleep(ANSWER_SECONDS)
        known: dict[Any, Any] = {}
        check_at = 0.0
        shown = None
        while True:
            if wakeup.was_for("acquaintances") or time.monotonic() >= check_at:
                known = await with_retries(lambda: _acquaintances(viewer, keys))
                check_at = time.monotonic() + CHECK_SECONDS
            indicators = hub().indicators
            online = [known[key] for key in keys if key in known and indicators.active(topics[key])]
            if online != shown:
                yield Presence(users=online)
                shown = online
            await asyncio.sleep(QUIET_SECONDS)
            expiry = indicators.seconds_left(topics.values())
            check = max(0.0, check_at - time.monotonic())
            await wakeup.wait(check if expiry is None else min(expiry, check))


def _keys_of(people: Sequence[strawberry.ID]) -> list[Any]:
    if len(people) > MOST:
        raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS, path=("users",))
    return list(dict.fromkeys(key_of(get_user_model(), each, "users") for each in people))


async def _request_heartbeats(keys: list[Any]) -> None:
    groups = defaultdict(list)
    for key in keys:
        groups[wakeups.presence_group(key)].append(str(key))
    for group, asked in groups.items():
        await wakeups.send(group, {"asked": asked})


class Heartbeats:
    """The heartbeats of one hub, for each user who is online and wants to be shown."""

    def __init__(self) -> None:
        #: The number of subscriptions by which each user is shown.
        self._streams: Counter[Any] = Counter()
        self._tasks: dict[Any, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def running(self, user_pk: Any) -> AsyncIterator[None]:
        """Send heartbeats for a user: the same ones for all subscriptions of the user."""
        self._streams[user_pk] += 1
        if user_pk not in self._tasks:
            self._tasks[user_pk] = start_for_all(_beat(user_pk))
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
    # A user may be connected to several processes, and disconnect from them one by one.
    source = uuid.uuid4().hex

    async def show(seconds: float) -> None:
        indicator = ["presence", str(user_pk), source, seconds]
        await wakeups.send(wakeups.presence_group(user_pk), {"indicator": indicator})

    async with hub().watch(heartbeat_topic(user_pk)) as wakeup:
        try:
            while True:
                await show(SHOWN_SECONDS)
                await asyncio.sleep(QUIET_SECONDS)
                await wakeup.wait(BEAT_SECONDS)
        finally:
            await show(0)


_all_heartbeats: WeakKeyDictionary[Hub, Heartbeats] = WeakKeyDictionary()


def _heartbeats() -> Heartbeats:
    """The heartbeats of the running event loop."""
    return _all_heartbeats.setdefault(hub(), Heartbeats())


def _read_acquaintances(viewer: Any, keys: list[Any]) -> dict[Any, Any]:
    """The users among `keys` who share a conversation with the viewer, by primary key."""
    shared = models.Participation.objects.shared_with(viewer).filter(user__in=keys)
    people = get_user_model()._default_manager.filter(pk__in=shared.values("user"))
    return {person.pk: person for person in people}


_acquaintances = threads.live.to_async(_read_acquaintances)
