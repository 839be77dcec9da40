"""What the drivers of databases take and tell, each in its way."""

import functools
import uuid
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from django.db import models
from django.db.models import Model

#: Seconds that PostgreSQL may take to be told that something is cancelled.
CANCEL_SECONDS = 2.0
#: The status that libpq gives to a connection with a running statement.
_ACTIVE = 1
#: Fields whose values `adapted` knows by their types alone, which is quicker. A class derived from
#: one of these may keep in the database something else than what Python knows.
FAMILIAR = {
    models.AutoField,
    models.BigAutoField,
    models.BigIntegerField,
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.Field,
    models.IntegerField,
    models.PositiveBigIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.SmallAutoField,
    models.SmallIntegerField,
    models.TextField,
    models.UUIDField,
}


def takes_several(connection: Any) -> bool:
    """Whether a connection takes several questions in one trip."""
    # Where the client puts the values in, psycopg tells all their results.
    options = connection.settings_dict.get("OPTIONS", {})
    return _is_psycopg(connection) and not options.get("server_side_binding")


def tells_utc(connection: Any) -> bool:
    """Whether a connection is told times in UTC, by psycopg, which can leave them as they are."""
    return _is_psycopg(connection) and connection.timezone is UTC


def shorten(cursor: Any, connection: Any) -> None:
    """Have psycopg ask in fewer trips, where it can."""
    if _is_psycopg(connection):
        _shorten()(cursor)


def cancel(connection: Any) -> None:
    """Cancel what a connection is asked, from another thread, where psycopg can.

    Returns when PostgreSQL was told, so that nothing that is asked later is cancelled.
    """
    driver = connection.connection if _is_psycopg(connection) else None
    if driver is not None and driver.pgconn.transaction_status == _ACTIVE:
        driver.cancel_safe(timeout=CANCEL_SECONDS)


def read_times(cursor: Any, connection: Any, *, as_text: bool) -> None:
    """Have psycopg read times, or leave them as they are told.

    Django's own reader of times is written in Python, for which a page takes as long as for all
    its other columns; psycopg's takes four times as long as for another column, and reads each of
    the many that are the same.
    """
    if _is_psycopg(connection) and connection.timezone is not None:
        cursor.cursor.adapters.register_loader(*_reader_of_times(as_text))


def places_of_times(cursor: Any) -> tuple[int, ...]:
    """Which columns of an answer are times."""
    oid, _loader = _reader_of_times(True)
    return tuple(at for at, each in enumerate(cursor.description) if each.type_code == oid)


def time_of(told: str | None, known: dict[str | None, datetime | None]) -> datetime | None:
    """A time that was left as it was told, read if it is not among those that are known."""
    if told not in known:
        known[told] = None if told is None else datetime.fromisoformat(told)
    return known[told]


def adapted(value: Any, connection: Any, field: Any = None) -> Any:
    """A value as the database's driver takes it; if a field is given, as that field prepares it."""
    if field is not None:
        return _prepared_by(field, value, connection)
    if type(value) in (int, str):
        return value
    match value:
        case list():
            members = [adapted(each, connection) for each in value]
            return _array_of(members) if _is_psycopg(connection) else members
        case Enum():
            return value.value
        case Model():
            return value._meta.pk.get_db_prep_value(value.pk, connection)
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case uuid.UUID() if not connection.features.has_native_uuid_field:
            return value.hex
    return value


def _prepared_by(field: Any, value: Any, connection: Any) -> Any:
    match value:
        case list():
            members = [_prepared_by(field, each, connection) for each in value]
            return _array_of(members) if _is_psycopg(connection) else members
        case Model():
            return _prepared_by(field, value.pk, connection)
    return field.get_db_prep_value(value, connection)


def _array_of(members: list[Any]) -> Any:
    """Keys as PostgreSQL writes an array: psycopg takes as long for one as for all else of a page's
    question. Anything else stays a list.
    """
    are_keys = all(
        isinstance(each, (int, uuid.UUID)) and not isinstance(each, bool) for each in members
    )
    return f"{{{','.join(map(str, members))}}}" if are_keys else members


def _is_psycopg(connection: Any) -> bool:
    return bool(connection.Database.__name__ == "psycopg")


@functools.cache
def _shorten() -> Any:
    # It needs psycopg, which not every project has.
    from .trips import shorten

    return shorten


@functools.cache
def _reader_of_times(as_text: bool) -> tuple[int, Any]:
    """The type of times, and what of psycopg reads them."""
    from psycopg import adapters
    from psycopg.postgres import types
    from psycopg.pq import Format

    oid = types["timestamptz"].oid
    return oid, adapters.get_loader(types["text"].oid if as_text else oid, Format.TEXT)
