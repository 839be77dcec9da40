"""What the drivers of databases take and tell, each in its way."""

import functools
import uuid
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Model


def takes_several(connection: Any) -> bool:
    """Whether a connection takes several questions in one trip."""
    # Where the client puts the values in, psycopg tells all their results.
    options = connection.settings_dict.get("OPTIONS", {})
    return _is_psycopg(connection) and not options.get("server_side_binding")


def read_times_fast(cursor: Any, connection: Any) -> None:
    """Have psycopg read times, in the zone of the connection, which is the one that Django gave it.

    Django's own reader puts that zone in once more, in Python, for which a page takes as long as
    for all its other columns.
    """
    if _is_psycopg(connection) and connection.timezone is not None:
        cursor.cursor.adapters.register_loader(*_times_of_psycopg())


def adapted(value: Any, connection: Any) -> Any:
    """A value as the database's driver takes it."""
    if type(value) in (int, str):
        return value
    match value:
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
def _times_of_psycopg() -> tuple[int, Any]:
    """The type of times, and psycopg's own reader of them."""
    from psycopg import adapters
    from psycopg.postgres import types
    from psycopg.pq import Format

    oid = types["timestamptz"].oid
    return oid, adapters.get_loader(oid, Format.TEXT)
