"""A thread that lasts keeps its database connection from one request to the next.

Django gives it back to the pool after each, and has the pool ask the database whether it still
works before the next: a trip that a small answer pays for a second time.
"""

import select
import time
from typing import Any

from django.db import connections

#: Seconds after which a connection goes back to the pool all the same, which bounds its life.
KEPT = 60.0


def keep() -> None:
    """At the end of a request: what is connected stays connected. Errors are looked at later."""
    now = time.monotonic()
    for connection in _connected():
        if connection.close_at is not None and connection.close_at <= now:
            connection.close_at = now + KEPT


def check() -> None:
    """At the beginning of one: what the other side left is closed, the rest is fit."""
    for connection in _connected():
        is_quiet = _is_quiet(connection.connection)
        if is_quiet:
            connection.health_check_done = True
        elif is_quiet is False:
            connection.close()


def _connected() -> list[Any]:
    known = connections.all(initialized_only=True)
    return [each for each in known if each.connection is not None and not each.in_atomic_block]


def _is_quiet(driver: Any) -> bool | None:
    """Whether nothing came that nobody asked for, as when the server hangs up; None: unknown."""
    if not (hasattr(driver, "fileno") and hasattr(select, "poll")):
        return None
    if driver.closed:
        return False
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return not poll.poll(0)
