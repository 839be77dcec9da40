"""Tells a database that is away, or read-only, from a bug, by the errors that its driver raises."""

import sqlite3
import time
from contextlib import suppress
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db import InterfaceError, OperationalError, connections, router
from django.db.models import F

READ_ONLY = "25006"
CANCELLED = "57014"
#: SQLSTATEs, or their classes, of errors that pass: the same statement may succeed later.
PASSING = (
    "08",  # The connection broke, or a proxy has none.
    "25P03",  # The server ended a transaction that was idle for too long,
    "25P04",  # or that lasted too long.
    "40",  # Deadlocks, and transactions that can't be put in one order.
    "53",  # There are too many connections, or the disk or the memory is full.
    "55P03",  # A lock was waited for too long.
    "57",  # The server shuts down or starts up, or an administrator interrupted it.
    "58",  # The server can't read or write its files.
    READ_ONLY,
)
SQLITE_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
#: Seconds within which pooled connections are dropped once, however many statements fail.
DROP_SECONDS = 1.0

_dropped_at = float("-inf")


def is_away(error: BaseException) -> bool:
    """Whether `error`, of Django or of a driver, says that the database can't do this now."""
    if state := _sqlstate(error):
        return state.startswith(PASSING)
    if code := _sqlite_code(error):
        return code in SQLITE_PASSING
    # A driver that lost its connection, or found none, was told no SQLSTATE.
    return isinstance(error, (OperationalError, InterfaceError))


def is_read_only(error: BaseException) -> bool:
    """Whether `error` says that this database can be read, and nothing can be written to it."""
    return _sqlstate(error) == READ_ONLY or _sqlite_code(error) == sqlite3.SQLITE_READONLY


def is_cancelled(error: BaseException) -> bool:
    """Whether `error` says that a statement was cancelled, most often because it took too long."""
    return _sqlstate(error) == CANCELLED


def check_writable() -> None:
    """Raise what the database answers if nothing can be written to it now."""
    from .models import Conversation

    # No conversation has this key, so no row is locked or written. A database that is read-only
    # refuses the statement before it looks for rows.
    Conversation.objects.filter(pk=0).update(revision=F("revision"))


def drop_connections() -> None:
    """Make the next statements use new connections to the database that is written to.

    After a failover, the name of the database may lead to another server, while the server that
    the present connections lead to can still be read.
    """
    global _dropped_at
    from .models import Conversation

    connection: Any = connections[router.db_for_write(Conversation)]
    now = time.monotonic()
    if now > _dropped_at + DROP_SECONDS:
        _dropped_at = now
        # Connections in use are closed when they are given back.
        if pool := getattr(connection, "pool", None):
            pool.drain()
    if not connection.in_atomic_block:
        # The thread of an event loop has no connection to close.
        with suppress(SynchronousOnlyOperation):
            connection.close()


def _sqlstate(error: BaseException) -> str | None:
    cause = error.__cause__ or error
    # psycopg's name for it, and that of its predecessor.
    state: str | None = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return state


def _sqlite_code(error: BaseException) -> int | None:
    code = getattr(error.__cause__ or error, "sqlite_errorcode", None)
    # The rest of it says why.
    return None if code is None else code & 0xFF
