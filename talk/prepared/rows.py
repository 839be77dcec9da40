"""What a database answered, made into what a queryset is of."""

from copy import copy
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from .instances import Make, is_plain, maker
from .values import places_of_times, time_of

Row = TypeVar("Row")


class Reader(Generic[Row]):
    """Reads the answers to one query, again and again."""

    def __init__(self, queryset: QuerySet[Any, Row], compiler: Any) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise TypeError("What is prefetched is another question.")
        self._queryset, self._compiler, self._alias = queryset, compiler, queryset.db
        columns = [column for column, *_ in compiler.select]
        #: The places of the columns whose values are converted, and these columns.
        self._converted = [(at, columns[at]) for at in compiler.get_converters(columns)]
        # What holds times within is read as they are.
        known = connections[self._alias].data_types
        self.reads_texts = all(_type_of(column) in known for column in columns)
        info = compiler.klass_info
        self._is_plain = queryset._iterable_class is ModelIterable and is_plain(info)
        #: By the columns that are times, and are still to be read.
        self._makers: dict[tuple[int, ...], Make] = {}
        # An answer tells which these are.
        self._times: tuple[int, ...] | None = None
        # It is of the thread that asked first.
        compiler.connection = None

    def read(self, cursor: Any, has_texts: bool) -> list[Row]:
        """What `cursor` fetches; `has_texts` if times are as they were told."""
        rows = cursor.fetchall()
        if not rows:
            return []
        times = self._times_of(cursor) if has_texts else ()
        if times and not (self._is_plain and self._converts_none(times)):
            rows, times = _with_times(rows, times), ()
        if not self._is_plain:
            return self._as_django_does(rows)
        if self._converted:
            rows = self._convert(rows)
        make = self._makers.get(times)
        if make is None:
            make = self._makers[times] = maker(self._compiler, self._alias, times)
        return make(rows)

    def _times_of(self, cursor: Any) -> tuple[int, ...]:
        if self._times is None:
            self._times = places_of_times(cursor)
        return self._times

    def _converts_none(self, columns: tuple[int, ...]) -> bool:
        return not any(at in columns for at, _column in self._converted)

    def _convert(self, rows: list[Any]) -> list[Any]:
        compiler = self._here()
        found = compiler.get_converters([column for _at, column in self._converted])
        converters = {self._converted[at][0]: each for at, each in found.items()}
        return list(compiler.apply_converters(rows, converters))

    def _here(self) -> Any:
        """A compiler with the connection of this thread."""
        compiler = copy(self._compiler)
        compiler.connection = connections[self._alias]
        return compiler

    def _as_django_does(self, rows: list[Any]) -> list[Row]:
        # For that it asks a compiler to fetch: here one that has fetched.
        compiler = self._here()
        compiler.execute_sql = lambda *args, **kwargs: [rows]
        query: Any = copy(self._queryset.query)
        query.get_compiler = lambda *args, **kwargs: compiler
        asked: Any = object.__new__(type(self._queryset))
        asked.__dict__ |= {**self._queryset.__dict__, "_query": query}
        return list(asked._iterable_class(asked))


def renew(row: Model, fresh: Model) -> None:
    """Make `row` what `fresh`, read later, is. What it referred to, and still does, stays known."""
    for field in row._meta.concrete_fields:
        setattr(row, field.attname, getattr(fresh, field.attname))


def refer(row: Model, name: str, to: Model) -> None:
    """Let `row` know `to`, which is what its foreign key refers to already.

    The key is neither compared nor set, which for each row of a page is what takes long.
    """
    row._state.fields_cache[name] = to


def _type_of(column: Any) -> str | None:
    field = column._output_field_or_none
    field = getattr(field, "target_field", field)
    found: str | None = field and field.get_internal_type()
    return found


def _with_times(rows: list[Any], places: tuple[int, ...]) -> list[Any]:
    known: dict[str | None, datetime | None] = {}
    with_times = [list(row) for row in rows]
    for row in with_times:
        for at in places:
            row[at] = time_of(row[at], known)
    return with_times
