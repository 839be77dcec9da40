"""The one door from the rules to whoever listens: doorbells on the channel layer, and signals.

A doorbell carries nothing that matters. It says "conversation 42 is at revision 17" or
"something changed for user 7"; who hears it reads the database. One that is lost costs a delay.
Signs, who types and who is there, go the same way. They are nowhere else, and pass by themselves.
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
from .conf import conf
from .prefix import prefix

if TYPE_CHECKING:
    from .models import Event

logger = logging.getLogger(__name__)

#: The `type` of every doorbell.
DOORBELL = "talk.doorbell"
#: Seconds that a channel layer may take for a doorbell.
PATIENCE = 1.0
#: Seconds for which nothing is said to a layer that did not take one.
PAUSE = 2.0

#: The event loop of the server on whose behalf this thread works, if it's one that goes on.
server_loop: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("server_loop", default=None)

_paused_until: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def conversation_group(conversation_id: int) -> str:
    """The group that hears of a conversation: one of `SHARDS`, so a process joins few."""
    return f"{prefix()}.conversations.{conversation_id % conf.SHARDS}"


def user_group(user_pk: Any) -> str:
    """The group that hears of what concerns one user, whatever their key looks like."""
    return f"{prefix()}.user.{hashlib.sha256(str(user_pk).encode()).hexdigest()[:32]}"


def typing_group(conversation_id: int) -> str:
    """The group that hears who types in a conversation."""
    return f"{prefix()}.typing.{conversation_id % conf.SHARDS}"


def presence_group(user_pk: Any) -> str:
    """The group that hears whether a user is there."""
    digest = hashlib.sha256(str(user_pk).encode()).digest()
    return f"{prefix()}.presence.{int.from_bytes(digest[:4]) % conf.SHARDS}"


def publish(events: Sequence["Event"]) -> None:
    """After the commit, ring once for `events` of one conversation and send their signals."""
    last = events[-1]

    def after_commit() -> None:
        tell(
            conversation_group(last.conversation_id),
            {"conversation": last.conversation_id, "revision": last.revision},
        )
        for event in events:
            _signal(event)

    transaction.on_commit(after_commit, robust=True)


def wake_user(user_pk: Any) -> None:
    """After the commit, ring for one user: a token was revoked, the person deactivated."""
    transaction.on_commit(lambda: tell(user_group(user_pk), {"user": str(user_pk)}), robust=True)


def wake_inbox(user_pk: Any) -> None:
    """After the commit, ring for the inbox streams of one user, who alone is to hear of it."""
    transaction.on_commit(lambda: tell(user_group(user_pk), {"inbox": str(user_pk)}), robust=True)


def wake_acquaintances(user_pk: Any) -> None:
    """After the commit, ring where presence and typing are shown of one user, or to them.

    They share fewer conversations with others, or whom they blocked has changed.
    """
    group, content = presence_group(user_pk), {"acquaintances": str(user_pk)}
    transaction.on_commit(lambda: tell(group, content), robust=True)


def tell(group: str, content: dict[str, Any]) -> None:
    """`say`, from where there is no event loop: a server's, without waiting. Never raises."""
    loop = server_loop.get()
    try:
        if loop is None:
            async_to_sync(say)(group, content)
        else:
            asyncio.run_coroutine_threadsafe(say(group, content), loop)
    except Exception:
        # What is told of is committed. Listeners find it when they next look.
        logger.warning("A doorbell did not ring", exc_info=True)


async def say(group: str, content: dict[str, Any]) -> None:
    """Tell those who listen to a group, unless the channel layer is away. Never raises."""
    layer = get_channel_layer()
    if layer is None or time.monotonic() < _paused_until.get(layer, 0.0):
        return
    try:
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(group, {"type": DOORBELL, **content})
    except Exception:
        logger.warning("The channel layer did not take a doorbell", exc_info=True)
        _paused_until[layer] = time.monotonic() + PAUSE


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
