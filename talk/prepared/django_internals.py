"""The private names of Django that prepared questions use, all in one module.

Checked with Django 5.2, 6.0 and 6.1. `NAMES` lists them, and a test fails by the name that is
missing. While one is missing, the querysets themselves are asked: see `questions`.
"""

from copy import copy
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import ModelIterable
from django.db.models.query_utils import DeferredAttribute
from django.db.models.sql import DeleteQuery, InsertQuery, Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler

#: What each class has, by the names used here.
NAMES: dict[Any, tuple[str, ...]] = {
    ModelIterable: ("__iter__",),
    Query: ("annotations", "chain", "get_compiler", "get_meta", "where"),
    UpdateQuery: ("add_update_values", "values"),
    InsertQuery: ("insert_values",),
    SQLCompiler: (
        "annotation_col_map",
        "apply_converters",
        "as_sql",
        "connection",
        "execute_sql",
        "get_converters",
        "klass_info",
        "select",
    ),
    SQLInsertCompiler: ("returning_fields",),
    QuerySet: ("_iterable_class", "_prefetch_related_lookups", "_query"),
    ModelState: ("adding", "db", "fields_cache"),
}
#: How a model's attribute reads a column that its instance lacks.
COLUMN_ATTRIBUTES = (DeferredAttribute, ForeignKeyDeferredAttribute)


def columns_to_insert(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def insert_query(row: Model) -> Any:
    """The query that inserts `row` and returns its key."""
    query = InsertQuery(type(row))
    query.insert_values(columns_to_insert(type(row)), [row])
    return query


def update_query(rows: QuerySet[Any], values: dict[str, Any]) -> Any:
    """The query that updates all `rows`."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    return query


def delete_query(rows: QuerySet[Any]) -> Any:
    """The query that deletes all `rows`, without what refers to them."""
    return rows.query.chain(DeleteQuery)


def compiled(query: Any, alias: str) -> tuple[Any, str, Any]:
    """The compiler of a query for one database, the SQL and its parameters."""
    compiler = query.get_compiler(using=alias)
    if isinstance(query, InsertQuery):
        compiler.returning_fields = [query.get_meta().pk]
        ((sql, parameters),) = compiler.as_sql()
    else:
        sql, parameters = compiler.as_sql()
    return compiler, sql, parameters


def inserted_values(query: Any) -> list[tuple[Any, Any]]:
    """The fields of a row that a query inserts, and their values."""
    if not isinstance(query, InsertQuery):
        return []
    return [(field, getattr(row, field.attname)) for row in query.objs for field in query.fields]


def updated_values(query: Any) -> list[tuple[Any, Any]]:
    """The fields that a query updates, and their values."""
    if not isinstance(query, UpdateQuery):
        return []
    return [(field, value) for field, _model, value in query.values]  # type: ignore[attr-defined]


def conditions_of(query: Query) -> list[Any]:
    return [query.where, *query.annotations.values()]


def output_field(expression: Any) -> Any:
    """The field of an expression, or None if that is not known."""
    return expression._output_field_or_none


class SelectedModel:
    """The columns of a compiled queryset that are for one model."""

    def __init__(self, compiler: Any, info: dict[str, Any]) -> None:
        self.model: Any = info["model"]
        #: The indexes of the columns, and the attributes that they are for.
        self.columns: list[int] = list(info["select_fields"])
        self.attributes = [compiler.select[at][0].target.attname for at in self.columns]
        #: The models that are selected with it.
        self.related = [
            RelatedModel(compiler, each) for each in info.get("related_klass_infos", ())
        ]


class RelatedModel(SelectedModel):
    """A model that is selected with another one, by a field of one of them."""

    def __init__(self, compiler: Any, info: dict[str, Any]) -> None:
        super().__init__(compiler, info)
        field = info["field"]
        self.name: str = field.name
        self.is_one_to_one: bool = field.unique or info["reverse"]


class Compiled:
    """A queryset that was compiled for one database: what its rows consist of."""

    def __init__(self, queryset: QuerySet[Any], compiler: Any) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise TypeError("A prefetch is a question of its own: it can't be prepared.")
        self._queryset, self._alias = queryset, queryset.db
        # The connection is that of the thread which compiled it.
        self._compiler = copy(compiler)
        self._compiler.connection = None
        columns = [column for column, *_ in compiler.select]
        #: The indexes of the columns whose values are converted, with these columns.
        self.converted = {at: columns[at] for at in compiler.get_converters(columns)}
        #: The columns of the model and of related models, if rows become instances.
        self.model: SelectedModel | None = None
        if queryset._iterable_class is ModelIterable and compiler.klass_info:
            self.model = SelectedModel(compiler, compiler.klass_info)
        self.annotations: dict[str, int] = dict(compiler.annotation_col_map or {})

    def convert(self, rows: list[Any]) -> list[Any]:
        """`rows` with their values converted, as their fields and the database demand."""
        compiler = self._of_this_thread()
        indexes, columns = list(self.converted), list(self.converted.values())
        found = compiler.get_converters(columns)
        converters = {indexes[at]: each for at, each in found.items()}
        return list(compiler.apply_converters(rows, converters))

    def rows_by_django(self, rows: list[Any]) -> list[Any]:
        """The instances or values that Django makes of `rows`, without asking the database."""
        compiler = self._of_this_thread()
        compiler.execute_sql = lambda *args, **kwargs: [rows]
        query: Any = copy(self._queryset.query)
        query.get_compiler = lambda *args, **kwargs: compiler
        asked: Any = object.__new__(type(self._queryset))
        asked.__dict__ |= {**self._queryset.__dict__, "_query": query}
        return list(asked._iterable_class(asked))

    def _of_this_thread(self) -> Any:
        compiler = copy(self._compiler)
        compiler.connection = connections[self._alias]
        return compiler
