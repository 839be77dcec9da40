"""Thread pools for database work that the event loop waits for, one pool for each kind of work.

A slow query keeps its thread until it is answered. With one pool for everything, a few slow queries
would delay live updates, new sockets and health checks.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Threads:
    """A pool of `size` threads. Each thread uses at most one database connection at a time."""

    def __init__(self, name: str, size: int) -> None:
        # Threads start with the first call that needs them.
        self._pool = ThreadPoolExecutor(size, name)

    def run(self, function: Callable[P, Answer]) -> Callable[P, Coroutine[Any, Any, Answer]]:
        """`function` as a coroutine function. Each call runs in one thread of this pool.

        The call's database connection is given back when the call ends.
        """
        return database_sync_to_async(function, thread_sensitive=False, executor=self._pool)


def on_event_loop() -> bool:
    """Whether this is called on an event loop, which must not wait for the database."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


#: For the queries and mutations of sockets.
asked = Threads("asked", 4)
#: For what a stream begins with: its document is read, validated and planned.
begun = Threads("begun", 2)
#: For live updates, and for the credentials of sockets and streams.
live = Threads("live", 3)
