"""Checks a pooled database connection before it is handed out, without a round trip if it can."""

import select
from typing import Any

from talk.availability import drop_connections


def check_connection(connection: Any) -> None:
    """Raise the driver's error if `connection` is closed, and have the pool replace all others.

    After a restart of PostgreSQL all pooled connections are closed. The pool would find that out
    one by one, with a pause of a second or more after the second and each further one.
    """
    try:
        if not _is_quiet(connection):
            # The pool's own check. Django's connections in it commit by themselves.
            connection.execute("")
    except Exception:
        drop_connections()
        raise


def _is_quiet(connection: Any) -> bool:
    """Whether the server sent nothing since the last answer, such as the end of the connection.

    False where that can't be seen.
    """
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
