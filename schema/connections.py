"""A thread that lasts keeps its database connection from one request to the next.

Django gives it back to the pool after each, and has the pool ask the database whether it still
works before the next: a trip that a small answer pays for a second time.
"""

import select
import threading
import time
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections

#: What each of Django's connections, one for each thread, keeps of the driver's.
_kept: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
#: What this thread was connected to when its last request ended.
_here = threading.local()
#: Seconds after which the next request gives a connection back all the same, which bounds its life.
KEPT = 60.0


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
    # Those that were kept. What was closed since is as good as new.
    for connection in getattr(_here, "connected", ()):
        if not _is_connected(connection):
            continue
        is_quiet = _is_quiet(connection.connection)
        if is_quiet:
            connection.health_check_done = True
        elif is_quiet is False:
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
