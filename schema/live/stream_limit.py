"""Limits how many subscriptions run for one user at one process, over any transport."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _

from talk.conf import conf

from ..authentication.context import Context
from ..errors import TooManyOperations
from ..execution.subscription import NotExecuted

_running: WeakKeyDictionary[asyncio.AbstractEventLoop, Counter[Any]] = WeakKeyDictionary()


def running_streams() -> Counter[Any]:
    """The number of running subscriptions on this event loop, by the primary key of their user."""
    return _running.setdefault(asyncio.get_running_loop(), Counter())


@asynccontextmanager
async def counted_stream(context: Context) -> AsyncIterator[None]:
    """Count a subscription of the viewer while it runs. Raises `NotExecuted` above the limit."""
    streams, user_pk = running_streams(), context.identity and context.identity.user.pk
    if streams[user_pk] >= conf.MAX_USER_STREAMS:
        raise NotExecuted([TooManyOperations(_("Too many subscriptions run for this user."))])
    streams[user_pk] += 1
    try:
        yield
    finally:
        streams[user_pk] -= 1
        if not streams[user_pk]:
            del streams[user_pk]
