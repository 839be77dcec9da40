"""The SQL statements of prepared queries, made once for each database."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from . import postgresql
from .django_internals import compiled
from .placeholders import Placeholder, assign_fields
from .rows import Reader
from .values import adapted
from .writes import Deletion, Update, Write

Row = TypeVar("Row")

_PARAMETER = re.compile("%[s%]")


class Statement(Generic[Row]):
    """One SQL statement with placeholders, and the reader of the rows that it finds."""

    #: None if the query can find nothing, for example because it has a condition on an empty list.
    sql: str | None = None

    def __init__(self, asked: "QuerySet[Any, Row] | Write", alias: str) -> None:
        self.alias = alias
        self._has_rows = not isinstance(asked, Update | Deletion)
        self._has_psycopg = postgresql.has_psycopg(connections[alias])
        self._parameters: Sequence[Any] = ()
        self._reader: Reader[Row] | None = None
        query = asked.query
        assign_fields(query)
        try:
            compiler, sql, parameters = compiled(query, alias)
        except EmptyResultSet:
            return
        if any(isinstance(each, datetime) for each in parameters):
            raise TypeError("The SQL would keep this time for ever: make it a placeholder.")
        if isinstance(asked, QuerySet):
            self._reader = Reader(asked, compiler)
        if self._has_psycopg:
            sql, parameters = _with_literals(sql, parameters)
        self.sql, self._parameters = sql, parameters

    def filled(self, values: Mapping[str, Any], connection: Any) -> list[Any]:
        """The parameters of the SQL for these values."""
        filled = [
            adapted(each.value(values), connection, each.field)
            if isinstance(each, Placeholder)
            else each
            for each in self._parameters
        ]
        if not self._has_psycopg:
            return filled
        return [postgresql.integer(each) if type(each) is int else each for each in filled]

    def execute(self, connection: Any, values: list[Any]) -> Any:
        """Execute the SQL. Returns the cursor, or None if there is no SQL."""
        if self.sql is None:
            return None
        cursor = connection.cursor()
        if self._reader is not None and self._has_psycopg:
            postgresql.read_times(cursor)
        cursor.execute(self.sql, values)
        return cursor

    def fetch(self, cursor: Any) -> list[Any]:
        """The rows that a cursor found. Closes the cursor."""
        if cursor is None:
            return []
        with cursor:
            return list(cursor.fetchall()) if self._has_rows else []

    def read(self, rows: list[Any]) -> list[Row]:
        """The instances or values that a queryset makes of `rows`; for a write, `rows`."""
        return rows if self._reader is None else self._reader.read(rows)


def _with_literals(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Placeholder]]:
    """The SQL with its constants in it, and the placeholders, which remain as parameters."""
    left = iter(parameters)
    placeholders: list[Placeholder] = []

    def fill(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        parameter = next(left)
        if isinstance(parameter, Placeholder):
            placeholders.append(parameter)
            return "%s"
        return postgresql.literal(parameter).replace("%", "%%")

    return _PARAMETER.sub(fill, sql), placeholders
