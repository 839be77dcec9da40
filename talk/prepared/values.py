"""Converts Python values to what a database's driver takes."""

import uuid
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import models
from django.db.models import Model

from . import postgresql

#: Fields whose values `adapted` converts by their types alone, which is quicker. A class derived
#: from one of these may store something else than the value in Python.
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

#: The type of the values that each of these fields stores without a change.
STORED_AS_THEY_ARE = {
    models.AutoField: int,
    models.BigAutoField: int,
    models.BigIntegerField: int,
    models.BooleanField: bool,
    models.CharField: str,
    models.PositiveBigIntegerField: int,
    models.TextField: str,
}


def adapted(value: Any, connection: Any, field: Any = None) -> Any:
    """A value as the driver of `connection` takes it; prepared by `field`, if there is one."""
    if field is not None and not _stores_as_it_is(field, value):
        return _prepared_by(field, value, connection)
    # The two most frequent types.
    if type(value) is int or type(value) is str:
        return value
    if isinstance(value, list):
        return _list_of([_adapted_by_type(each, connection) for each in value], connection)
    return _adapted_by_type(value, connection)


def _stores_as_it_is(field: Any, value: Any) -> bool:
    """Whether a field stores a value without a change, as most of the fields of a new row do."""
    if value is None:
        return type(field) in FAMILIAR
    return STORED_AS_THEY_ARE.get(type(field)) is type(value)


def _adapted_by_type(value: Any, connection: Any) -> Any:
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


def _prepared_by(field: Any, value: Any, connection: Any) -> Any:
    match value:
        case list():
            members = [_prepared_by(field, each, connection) for each in value]
            return _list_of(members, connection)
        case Model():
            return _prepared_by(field, value.pk, connection)
    return field.get_db_prep_save(value, connection)


def _list_of(members: list[Any], connection: Any) -> Any:
    return postgresql.array(members) if postgresql.has_psycopg(connection) else members
