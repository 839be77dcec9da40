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
        #: The places of the columns whose values are converted, and these columns.
        self._converted = [(at, columns[at]) for at in compiler.get_converters(columns)]
        self._make: Make | None = None
        info = compiler.klass_info
        if queryset._iterable_class is ModelIterable and _is_plain(info):
            self._make = _maker(info, compiler, self._alias)
        # It is of the thread that asked first.
        compiler.connection = None

    def read(self, rows: list[Any]) -> list[Row]:
        if not rows:
            return []
        if self._make is None:
            return self._as_django_does(rows)
        if self._converted:
            rows = self._convert(rows)
        known: dict[Any, Any] = {}
        return [self._make(row, known) for row in rows]

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
    start = columns[0]
    names = [column.target.attname for column, *_ in compiler.select[start : columns[-1] + 1]]
    key = start + names.index(model._meta.pk.attname)
    related = [
        (each["field"].name, _setters(each), _maker(each, compiler, alias))
        for each in info.get("related_klass_infos", ())
    ]
    # Those of the query itself, none of which come twice, have these.
    annotations = () if "local_setter" in info else tuple(compiler.annotation_col_map.items())
    new, fill = object.__new__, _filler(model, names, start)

    def make(row: Sequence[Any], known: dict[Any, Any]) -> Any:
        place = (start, row[key])
        made = known.get(place)
        if made is not None or row[key] is None:
            return made
        made = known[place] = new(model)
        made._state = state = ModelState()
        state.adding, state.db, state.fields_cache = False, alias, {}
        fill(made, row)
        for name, setters, make_other in related:
            other = make_other(row, known)
            if setters is None:
                state.fields_cache[name] = other
            else:
                setters[0](made, other)
                if other is not None:
                    setters[1](other, made)
        for name, at in annotations:
            made.__dict__[name] = row[at]
        return made

    return make


def _filler(model: Any, names: Sequence[str], start: int) -> Callable[[Any, Sequence[Any]], None]:
    """What writes the columns of a row to an instance.

    As source code, like the methods of a dataclass: an instance that is given its attributes one
    by one, in the same order, needs no dictionary for them, and takes half the time. Foreign keys
    have a descriptor, which would look for what they referred to before.
    """
    lines = ["def fill(made, row):"]
    for at, name in enumerate(names, start):
        if type(getattr(model, name)) is DeferredAttribute:
            lines.append(f" made.{name} = row[{at}]")
    lines.append(" values = made.__dict__")
    for at, name in enumerate(names, start):
        if type(getattr(model, name)) is not DeferredAttribute:
            lines.append(f" values[{name!r}] = row[{at}]")
    made: dict[str, Any] = {}
    exec("\n".join(lines), made)  # noqa: S102  # of the names of a model's own attributes
    found: Callable[[Any, Sequence[Any]], None] = made["fill"]
    return found


def _setters(info: dict[str, Any]) -> tuple[Any, Any] | None:
    """How Django lets two rows know each other; None if only the first one knows."""
    if info["field"].unique or info["reverse"]:
        return info["local_setter"], info["remote_setter"]
    return None
