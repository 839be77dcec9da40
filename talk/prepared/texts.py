"""The SQL of prepared questions of one shape, for one database, with the reader of its answers."""

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
from .writes import Update, Write

Row = TypeVar("Row")

_PARAMETER = re.compile("%[s%]")


class Text(Generic[Row]):
    """One SQL text, and what reads the rows that it finds."""

    #: Without SQL it finds nothing, as a condition on an empty list does.
    sql: str | None = None

    def __init__(self, asked: "QuerySet[Any, Row] | Write", alias: str) -> None:
        self.alias = alias
        self._has_rows = not isinstance(asked, Update)
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
            raise TypeError("A time that is a constant of the SQL passes: make it a placeholder.")
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
        """A cursor that executed the SQL; None if there is nothing to ask."""
        if self.sql is None:
            return None
        cursor = connection.cursor()
        if self._reader is not None and self._has_psycopg:
            postgresql.read_times(cursor, connection)
        cursor.execute(self.sql, values)
        return cursor

    def fetch(self, cursor: Any) -> list[Any]:
        """The rows that a cursor found, which is closed."""
        if cursor is None:
            return []
        with cursor:
            return list(cursor.fetchall()) if self._has_rows else []

    def read(self, rows: list[Any]) -> list[Row]:
        """What the queryset would consist of. Of other statements, the rows themselves."""
        return rows if self._reader is None else self._reader.read(rows)


def _with_literals(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Placeholder]]:
    """The SQL with all constants in it, and with the placeholders alone as parameters."""
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
