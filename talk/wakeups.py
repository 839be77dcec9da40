"""Sends wake-ups on the channel layer (Redis), and Django signals, after a commit.

A wake-up carries no data that matters. It says "conversation 42 is at revision 17" or "something
has changed for user 7", and the processes that receive it read the database. If a wake-up is lost,
the change is shown later, but it is not lost. Typing and presence indicators go the same way. They
are stored nowhere, and expire.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from . import signals
from .counts import count
from .prefix import prefix

if TYPE_CHECKING:
    from .models import Event

logger = logging.getLogger(__name__)

#: The `type` of each message on the channel layer.
WAKE_UP = "talk.wake_up"
#: Most seconds that the channel layer may take for a message.
SEND_SECONDS = 1.0
#: Seconds for which nothing is sent to a channel layer that did not take a message.
PAUSE_SECONDS = 2.0
#: The number of groups over which all conversations are spread, so that a process joins few. It
#: must be the same in all processes: with another number they would not receive the wake-ups.
SHARDS = 64

#: The event loop of the server for which this thread works. None outside a server.
server_loop: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("server_loop", default=None)

_paused_until: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def conversation_group(conversation_id: int) -> str:
    """The group for changes of a conversation: one of `SHARDS`."""
    return f"{prefix()}.conversations.{conversation_id % SHARDS}"


def all_conversation_groups() -> list[str]:
    """The groups for changes of all conversations."""
    return [conversation_group(shard) for shard in range(SHARDS)]


def user_group(user_pk: Any) -> str:
    """The group for what concerns one user. It has a valid name for any primary key."""
    return f"{prefix()}.user.{hashlib.sha256(str(user_pk).encode()).hexdigest()[:32]}"


def typing_group(conversation_id: int) -> str:
    """The group for typing indicators in a conversation."""
    return f"{prefix()}.typing.{conversation_id % SHARDS}"


def presence_group(user_pk: Any) -> str:
    """The group for presence indicators of a user."""
    digest = hashlib.sha256(str(user_pk).encode()).digest()
    return f"{prefix()}.presence.{int.from_bytes(digest[:4]) % SHARDS}"


def publish(events: Sequence["Event"]) -> None:
    """After the commit, send one wake-up for `events` of one conversation, and their signals."""
    last = events[-1]

    def after_commit() -> None:
        send_from_thread(
            conversation_group(last.conversation_id),
            {"conversation": last.conversation_id, "revision": last.revision},
        )
        for event in events:
            _signal(event)

    transaction.on_commit(after_commit, robust=True)


def wake_user(user_pk: Any) -> None:
    """After the commit, wake all that concerns a user, for example if a token was revoked."""
    _send_after_commit(user_group(user_pk), {"user": str(user_pk)})


def wake_inbox(user_pk: Any) -> None:
    """After the commit, wake the inbox subscriptions of a user, and nobody else's."""
    _send_after_commit(user_group(user_pk), {"inbox": str(user_pk)})


def wake_acquaintances(user_pk: Any) -> None:
    """After the commit, wake the presence and typing subscriptions that a user may appear in.

    The user has fewer conversations with others now, or has blocked somebody.
    """
    _send_after_commit(presence_group(user_pk), {"acquaintances": str(user_pk)})


def send_from_thread(group: str, content: dict[str, Any]) -> None:
    """Call `send` from a thread. If a server runs, this does not wait for it. Never raises."""
    loop = server_loop.get()
    try:
        if loop is None:
            async_to_sync(send)(group, content)
        else:
            asyncio.run_coroutine_threadsafe(send(group, content), loop)
    except Exception:
        # The change itself is committed. Subscriptions find it when they next read the database.
        logger.warning("A wake-up was not sent", exc_info=True)


async def send(group: str, content: dict[str, Any]) -> None:
    """Send a message to a group, unless the channel layer is away. Never raises."""
    layer = get_channel_layer()
    if layer is None or time.monotonic() < _paused_until.get(layer, 0.0):
        return
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await layer.group_send(group, {"type": WAKE_UP, **content})
    except Exception:
        logger.warning("The channel layer did not take a wake-up", exc_info=True)
        count.happened("unsent_wakeups")
        _paused_until[layer] = time.monotonic() + PAUSE_SECONDS


def _send_after_commit(group: str, content: dict[str, Any]) -> None:
    transaction.on_commit(lambda: send_from_thread(group, content), robust=True)


def _signal(event: "Event") -> None:
    # The name of a kind is the name of its signal.
    signal = getattr(signals, event.kind)
    for receiver, outcome in signal.send_robust(
        sender=type(event),
        event=event,
        message=event.message,
        participation=event.participation,
    ):
        if isinstance(outcome, Exception):
            logger.error("Receiver %r of %s failed", receiver, event.kind, exc_info=outcome)
