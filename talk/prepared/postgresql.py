"""Makes prepared queries faster with psycopg 3: literals, arrays, times, pipelines.

Of psycopg only documented names are used. Other databases, and other drivers of PostgreSQL, do
without these, and take longer.
"""

import functools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError

#: PostgreSQL's bigint has the integers from the negative of this up to one below it.
_BIGINT = 2**63
#: SQLSTATEs of a prepared statement that is gone, and of one whose columns changed their types.
_LOST = ("26000", "0A000")


def has_psycopg(connection: Any) -> bool:
    """Whether Django's `connection` uses psycopg 3."""
    return bool(connection.Database.__name__ == "psycopg")


def literal(value: Any) -> str:
    """A constant as SQL. For a parameter, PostgreSQL could not know that a partial index serves."""
    from psycopg.sql import Literal

    return Literal(value).as_string()


def integer(value: int) -> Any:
    """A bigint, whatever the size of `value`: each type would be another prepared statement."""
    return _int8()(value) if -_BIGINT <= value < _BIGINT else value


def array(members: list[Any]) -> Any:
    """Keys as the text of an array, which psycopg would write slower. Other lists stay lists."""
    are_keys = all(
        isinstance(each, (int, uuid.UUID)) and not isinstance(each, bool) for each in members
    )
    return f"{{{','.join(map(str, members))}}}" if are_keys else members


def read_times(cursor: Any) -> None:
    """Let psycopg read times, in the time zone that Django gave the connection.

    Django's own reader of times is written in Python, and takes as long for a page as all its other
    columns do. All times have a zone: Talk's checks demand `USE_TZ`.
    """
    cursor.adapters.register_loader(*_loader_of_times())


def takes_several(connection: Any) -> bool:
    """Whether several statements can be sent to a connection in one round trip.

    Not while the connection has execute wrappers: within a pipeline, they would find no results.
    """
    return has_psycopg(connection) and _has_pipeline() and not connection.execute_wrappers


@contextmanager
def pipeline(connection: Any) -> Iterator[None]:
    """Sends the statements within in one round trip. Their results are there afterwards.

    Raises the error of the first statement that failed.
    """
    from psycopg import Error

    connection.close_if_health_check_failed()
    connection.ensure_connection()
    failed: DatabaseError | None = None
    with connection.wrap_database_errors:
        try:
            with connection.connection.pipeline():
                # An error that ends the block would have psycopg log that the others failed, too.
                try:
                    yield
                except DatabaseError as error:
                    failed = error
        except Error:
            if failed is None:
                raise
    if failed is not None:
        raise failed


def is_statement_lost(connection: Any, error: Exception) -> bool:
    """Whether `error` says that a prepared statement, which psycopg counts on, is not usable.

    A proxy that pools by transaction may have dropped it, or a migration changed its columns.
    """
    state = getattr(error.__cause__, "sqlstate", None)
    return has_psycopg(connection) and state in _LOST and connection.connection is not None


def discard(connection: Any) -> None:
    """Close the connection of psycopg, which would go on to call statements that were lost.

    Django may keep a connection, or give it back to a pool. It keeps none that is closed.
    """
    connection.connection.close()


@functools.cache
def _has_pipeline() -> bool:
    from psycopg import Pipeline

    return bool(Pipeline.is_supported())


@functools.cache
def _int8() -> Any:
    from psycopg.types.numeric import Int8

    return Int8


@functools.cache
def _loader_of_times() -> tuple[int, Any]:
    """The type of times with a zone, and psycopg's reader of it."""
    from psycopg import adapters
    from psycopg.postgres import types
    from psycopg.pq import Format

    oid = types["timestamptz"].oid
    return oid, adapters.get_loader(oid, Format.TEXT)
