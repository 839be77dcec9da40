"""Makes model instances of rows, as a queryset makes them, with less work.

Django makes each instance by its `__init__`, column by column. Here the columns of a model are one
slice of the row, and become the attributes of the instance at once. Only models for which that
makes no difference are made this way: see `is_plain`.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init

from .django_internals import COLUMN_ATTRIBUTES, Compiled

#: Makes instances of rows.
Make = Callable[[list[Any]], list[Any]]


def refer(row: Model, name: str, to: Model) -> None:
    """Let `row` know `to`, which is what its foreign key refers to already.

    Django's own attribute would compare and set the key, which takes long for each row of a page.
    """
    row._state.fields_cache[name] = to


def renew(row: Model, fresh: Model) -> None:
    """Give `row` the columns of `fresh`, which was read later.

    Related objects of `row` whose keys stay the same remain known.
    """
    for field in row._meta.concrete_fields:
        setattr(row, field.attname, getattr(fresh, field.attname))


def is_made_by_columns(model: Any) -> bool:
    """Whether the making of an instance of `model` does no more than set its columns."""
    return bool(
        model.__init__ is Model.__init__
        and model.__setattr__ is Model.__setattr__
        and model.from_db.__func__ is Model.__dict__["from_db"].__func__
        and not (pre_init.has_listeners(model) or post_init.has_listeners(model))
    )


def is_plain(info: dict[str, Any]) -> bool:
    """Whether instances of a model, and of those selected with it, are no more than columns."""
    model: Any = info["model"]
    return (
        is_made_by_columns(model)
        and not model._meta.parents
        and all(
            type(model.__dict__.get(each.attname) or getattr(model, each.attname, None))
            in COLUMN_ATTRIBUTES
            for each in model._meta.concrete_fields
        )
        and all(is_plain(each) for each in info.get("related_klass_infos", ()))
    )


def maker(compiled: Compiled, alias: str) -> Make:
    """Makes the instances of a compiled queryset, whose models are plain."""
    if compiled.model_info is None:
        raise TypeError("This queryset has no model.")
    part = _Part(compiled, compiled.model_info, alias)
    annotations = list(compiled.annotations.items())

    def make(rows: list[Any]) -> list[Any]:
        known: dict[Any, Any] = {}
        made = [part.make(row, known) for row in rows]
        for name, at in annotations:
            for instance, row in zip(made, rows, strict=True):
                instance.__dict__[name] = row[at]
        return made

    return make


class _Part:
    """The columns of a row that are for one model."""

    def __init__(self, compiled: Compiled, info: dict[str, Any], alias: str) -> None:
        self._model, self._alias = info["model"], alias
        columns = list(info["select_fields"])
        self._names = [compiled.attribute(at) for at in columns]
        self._values = _values_at(columns)
        self._key = columns[self._names.index(self._model._meta.pk.attname)]
        self._related = [
            _Related(_Part(compiled, each, alias), each)
            for each in info.get("related_klass_infos", ())
        ]

    def make(self, row: Any, known: dict[Any, Any]) -> Any:
        """An instance. `known` has those that were made of the same row of a table."""
        made = object.__new__(self._model)
        # Past the descriptors of the class, which would be called for each column.
        attributes = made.__dict__
        attributes["_state"] = state = ModelState()
        state.adding, state.db = False, self._alias
        state.fields_cache = cache = {}
        attributes.update(zip(self._names, self._values(row), strict=True))
        for related in self._related:
            part = related.part
            key = row[part._key]
            other = None
            if key is not None:
                other = known.get((related, key))
                if other is None:
                    other = known[related, key] = part.make(row, known)
            if related.is_one_to_one:
                related.tell(made, other)
            else:
                cache[related.name] = other
        return made


class _Related:
    """A model that is selected with another one, and how instances know each other."""

    def __init__(self, part: _Part, info: dict[str, Any]) -> None:
        self.part, field = part, info["field"]
        self.name: str = field.name
        self.is_one_to_one: bool = field.unique or info["reverse"]
        self._tell, self._tell_other = info["local_setter"], info["remote_setter"]

    def tell(self, made: Any, other: Any) -> None:
        self._tell(made, other)
        if other is not None:
            self._tell_other(other, made)


def _values_at(columns: list[int]) -> Callable[[Any], Any]:
    """Takes the values at these indexes of a row."""
    first, last = columns[0], columns[-1]
    if columns == list(range(first, last + 1)):
        return itemgetter(slice(first, last + 1))
    return lambda row: [row[at] for at in columns]
