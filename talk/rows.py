"""What a database answered, made into what a queryset is of.

Django makes each instance by its `__init__`, column by column, which takes longer than all else
that is done to a row. Models that change nothing there, and that nobody listens to, get the same
instances by their attributes. Everything else is left to Django.
"""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import ModelIterable
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

Row = TypeVar("Row")

#: The row of a query, and what was made of it so far: the same row of a table is one instance.
Make = Callable[[Sequence[Any], dict[Any, Any]], Any]


class Reader(Generic[Row]):
    """Reads the rows of one query, again and again."""

    def __init__(self, queryset: QuerySet[Any, Row], compiler: Any) -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise TypeError("What is prefetched is another question.")
        self._queryset, self._compiler, self._alias = queryset, compiler, queryset.db
        columns = [column for column, *_ in compiler.select]
        #: Those whose values are converted, and which these are.
        self._converted = [(at, columns[at]) for at in compiler.get_converters(columns)]
        self._make: Make | None = None
        info = compiler.klass_info
        if queryset._iterable_class is ModelIterable and _is_plain(info):
            self._make = _maker(info, compiler, self._alias)
        # It is of the thread that asked first.
        compiler.connection = None

    def read(self, rows: list[Any]) -> list[Row]:
        if self._make is None:
            return self._as_django_does(rows)
        if self._converted:
            rows = self._convert(rows)
        known: dict[Any, Any] = {}
        return [self._make(row, known) for row in rows]

    def _convert(self, rows: list[Any]) -> list[Any]:
        compiler = self._here()
        found = compiler.get_converters([column for _at, column in self._converted])
        places = {self._converted[at][0]: each for at, each in found.items()}
        return list(compiler.apply_converters(rows, places))

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


def _is_plain(info: dict[str, Any]) -> bool:
    """Whether instances of a model, and of those selected with it, are no more than columns."""
    model: Any = info["model"]
    return (
        model.__init__ is Model.__init__
        and model.from_db.__func__ is Model.__dict__["from_db"].__func__
        and not (pre_init.has_listeners(model) or post_init.has_listeners(model))
        and not model._meta.parents
        and all(
            type(model.__dict__.get(each.attname) or getattr(model, each.attname, None))
            in (DeferredAttribute, ForeignKeyDeferredAttribute)
            for each in model._meta.concrete_fields
        )
        and all(_is_plain(each) for each in info.get("related_klass_infos", ()))
    )


def _maker(info: dict[str, Any], compiler: Any, alias: str) -> Make:
    model, columns = info["model"], info["select_fields"]
    start, end = columns[0], columns[-1] + 1
    names = [column.target.attname for column, *_ in compiler.select[start:end]]
    key = start + names.index(model._meta.pk.attname)
    related = [
        (each["local_setter"], each["remote_setter"], _maker(each, compiler, alias))
        for each in info.get("related_klass_infos", ())
    ]
    # Those of the query itself, none of which come twice, have these.
    annotations = None if "local_setter" in info else compiler.annotation_col_map

    def make(row: Sequence[Any], known: dict[Any, Any]) -> Any:
        place = (start, row[key])
        if row[key] is None or place in known:
            return known.get(place)
        made = known[place] = object.__new__(model)
        state = ModelState()
        state.adding, state.db = False, alias
        values = made.__dict__
        values["_state"] = state
        values.update(zip(names, row[start:end], strict=True))
        for set_here, set_there, make_other in related:
            other = make_other(row, known)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        if annotations:
            values.update({name: row[at] for name, at in annotations.items()})
        return made

    return make
