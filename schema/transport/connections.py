"""A thread that lasts keeps its database connection from one request to the next.

Django gives it back to the pool after each, and has the pool ask the database whether it still
works before the next: a trip that a small answer pays for a second time.
"""

import select
import threading
import time
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections, router
from strawberry.utils.inspect import in_async_context

from talk.models import Conversation

#: What each of Django's connections, one for each thread, keeps of the driver's.
_kept: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
#: What this thread was connected to when its last request ended.
_here = threading.local()
#: Seconds after which the next request gives a connection back all the same, which bounds its life.
KEPT = 60.0
#: Seconds within which connections are dropped once, however many statements fail.
DROP_SECONDS = 1.0

_dropped_at = float("-inf")


def keep(threads: int) -> None:
    """At the end of a request, in one of so many threads: what is connected stays connected.

    Unless the pool has too few for that: others need some, too.
    """
    now = time.monotonic()
    _here.connected = _connected()
    for connection in _here.connected:
        pool = getattr(connection, "pool", None)
        has_enough = pool is None or pool.max_size >= 2 * threads
        is_over = connection.close_at is not None and connection.close_at <= now
        # Kept once, and then given back, by whom everybody gives them back.
        if has_enough and is_over and _kept.get(connection) is not connection.connection:
            _kept[connection] = connection.connection
            connection.close_at = now + KEPT
        elif is_over:
            _kept.pop(connection, None)


def check() -> None:
    """At the beginning of one: what the other side left is closed, the rest is fit."""
    # Dropped while the last request ran, or since: what it left may be older than that.
    is_dropped = _dropped_at >= getattr(_here, "begun_at", 0.0)
    _here.begun_at = time.monotonic()
    # Those that were kept. What was closed since is as good as new.
    for connection in getattr(_here, "connected", ()):
        if not _is_connected(connection):
            continue
        is_quiet = not is_dropped and _is_quiet(connection.connection)
        if is_quiet:
            connection.health_check_done = True
        elif is_quiet is False:
            if not is_dropped:
                # A server that hung up, as at its restart, did so on what waits in the pool, too.
                # The pool pauses for a second or more after each that it finds dead.
                drop()
            connection.close()


def drop() -> None:
    """Connect anew for what comes next, here and in all threads.

    After a failover the server that was written to may be another one, and found by its name, while
    the one that these connections lead to goes on to be read.
    """
    global _dropped_at
    connection: Any = connections[router.db_for_write(Conversation)]
    now = time.monotonic()
    if now > _dropped_at + DROP_SECONDS:
        _dropped_at = now
        # Connections in use are closed when they are given back.
        if pool := getattr(connection, "pool", None):
            pool.drain()
    # An event loop's thread has none.
    if not in_async_context() and not connection.in_atomic_block:
        connection.close()


def _connected() -> list[Any]:
    return [each for each in connections.all(initialized_only=True) if _is_connected(each)]


def _is_connected(connection: Any) -> bool:
    return connection.connection is not None and not connection.in_atomic_block


def _is_quiet(driver: Any) -> bool | None:
    """Whether nothing came that nobody asked for, as when the server hangs up; None: unknown."""
    if not (hasattr(driver, "fileno") and hasattr(select, "poll")):
        return None
    if driver.closed:
        return False
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return not poll.poll(0)
