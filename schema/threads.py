"""Thread pools for the database work of WebSockets and event streams, one pool for each kind.

A thread is busy until its query is answered. If all work shared one pool, a few slow queries would
delay live updates and new connections.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.db import Error

from talk.availability import drop_connections_after

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Threads:
    """A pool of `size` threads. Each thread uses at most one database connection at a time."""

    def __init__(self, name: str, size: int) -> None:
        # A thread is started only when a call needs it.
        self._pool = ThreadPoolExecutor(size, name)

    def to_async(self, function: Callable[P, Answer]) -> Callable[P, Coroutine[Any, Any, Answer]]:
        """A coroutine function that calls `function` in a thread of this pool.

        The database connection of a call is returned to Django's pool when the call ends.
        """

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Answer:
            try:
                return function(*args, **kwargs)
            except Error as error:
                drop_connections_after(error)
                raise

        return database_sync_to_async(call, thread_sensitive=False, executor=self._pool)


def on_event_loop() -> bool:
    """Whether this is called on an event loop, which must not wait for the database."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


#: Executes queries and mutations of WebSockets.
operations = Threads("operations", 4)
#: Parses, validates and plans subscriptions when they begin.
subscriptions = Threads("subscriptions", 2)
#: Reads and executes live updates, and checks the credentials of connections.
live = Threads("live", 3)
