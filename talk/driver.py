"""What the drivers of databases take and tell, each in its way."""

import functools
import uuid
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from django.db.models import Model


def takes_several(connection: Any) -> bool:
    """Whether a connection takes several questions in one trip."""
    # Where the client puts the values in, psycopg tells all their results.
    options = connection.settings_dict.get("OPTIONS", {})
    return _is_psycopg(connection) and not options.get("server_side_binding")


def leaves_times(cursor: Any, connection: Any) -> bool:
    """Have psycopg leave times as they were told, if they are told in UTC; whether it does.

    Django's own reader of times is written in Python, for which a page takes as long as for all
    its other columns; psycopg's, which reads those of other zones, still takes four times as long
    as for another column, and reads each of the many that are the same.
    """
    if not _is_psycopg(connection) or connection.timezone is None:
        return False
    is_utc: bool = connection.timezone is UTC
    cursor.cursor.adapters.register_loader(*_reader_of_times(is_utc))
    return is_utc


def places_of_times(cursor: Any) -> tuple[int, ...]:
    """Which columns of an answer are times."""
    oid, _loader = _reader_of_times(True)
    return tuple(at for at, each in enumerate(cursor.description) if each.type_code == oid)


def read_time(told: str, known: dict[str | None, datetime | None]) -> datetime:
    """A time that was left as it was told, from here on among those that are known."""
    read = known[told] = datetime.fromisoformat(told)
    return read


def adapted(value: Any, connection: Any) -> Any:
    """A value as the database's driver takes it."""
    if type(value) in (int, str):
        return value
    match value:
        case list():
            return [adapted(each, connection) for each in value]
        case Enum():
            return value.value
        case Model():
            return value._meta.pk.get_db_prep_value(value.pk, connection)
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case uuid.UUID() if not connection.features.has_native_uuid_field:
            return value.hex
    return value


def _is_psycopg(connection: Any) -> bool:
    return bool(connection.Database.__name__ == "psycopg")


@functools.cache
def _reader_of_times(as_text: bool) -> tuple[int, Any]:
    """The type of times, and what of psycopg reads them."""
    from psycopg import adapters
    from psycopg.postgres import types
    from psycopg.pq import Format

    oid = types["timestamptz"].oid
    return oid, adapters.get_loader(types["text"].oid if as_text else oid, Format.TEXT)
