"""Classifies database errors: unavailable, read-only, cancelled, or a bug."""

import sqlite3
import time
from contextlib import suppress
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db import InterfaceError, OperationalError, connections, router
from django.db.models import F

try:
    from psycopg_pool import PoolTimeout
except ImportError:

    class PoolTimeout(Exception):  # type: ignore[no-redef]
        """Stands in for the class of a package that is not installed. Nothing raises it."""


READ_ONLY = "25006"
CANCELLED = "57014"
#: SQLSTATEs, or their classes, of temporary errors: the same statement may succeed later.
TEMPORARY = (
    "08",  # The connection broke, or a proxy has none.
    "25P03",  # The server ended a transaction that was idle for too long,
    "25P04",  # or that lasted too long.
    "40",  # Deadlocks, and serialisation failures.
    "53",  # There are too many connections, or the disk or the memory is full.
    "55P03",  # Waiting for a lock took too long.
    "57",  # The server shuts down or starts up, or an administrator interrupted it.
    "58",  # The server can't read or write its files.
    READ_ONLY,
)
SQLITE_TEMPORARY = {
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
    """Whether an error of Django or of the driver says that the database is unavailable now."""
    if state := _sqlstate(error):
        return state.startswith(TEMPORARY)
    if code := _sqlite_code(error):
        return code in SQLITE_TEMPORARY
    # Without a connection, the driver has no SQLSTATE from the server.
    return isinstance(error, (OperationalError, InterfaceError))


def is_read_only(error: BaseException) -> bool:
    """Whether `error` says that the database is read-only."""
    return _sqlstate(error) == READ_ONLY or _sqlite_code(error) == sqlite3.SQLITE_READONLY


def is_disconnected(error: BaseException) -> bool:
    """Whether `error` says that a connection is dead, as all are after a server's restart."""
    if state := _sqlstate(error):
        return state.startswith(("08", "57P"))
    # `PoolTimeout` says that all connections are in use, so these are alive.
    is_alive = _sqlite_code(error) or isinstance(error.__cause__ or error, PoolTimeout)
    return is_away(error) and not is_alive


def is_cancelled(error: BaseException) -> bool:
    """Whether `error` says that a statement was cancelled, usually since it took too long."""
    return _sqlstate(error) == CANCELLED


def check_writable() -> None:
    """Raise the database's error if nothing can be written to it now."""
    from .models import Conversation

    # No conversation has this key, so no row is locked or written. A read-only database refuses
    # the statement before it looks for rows.
    Conversation.objects.filter(pk=0).update(revision=F("revision"))


def drop_connections_after(error: BaseException) -> None:
    """Drop all connections if one of them turned out to be dead, or to lead to a replica.

    Each of the others would otherwise fail one more request.
    """
    if is_disconnected(error) or is_read_only(error):
        drop_connections()


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
    # The names in psycopg and in psycopg2.
    state: str | None = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return state


def _sqlite_code(error: BaseException) -> int | None:
    code = getattr(error.__cause__ or error, "sqlite_errorcode", None)
    # The higher bits are details.
    return None if code is None else code & 0xFF
