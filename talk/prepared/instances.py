"""Makes model instances of rows, as a queryset makes them, with less work.

Django makes each instance by its `__init__`, column by column. Here the columns of a model are one
slice of the row, and become the attributes of the instance at once. Only models for which that
makes no difference are made this way: see `is_plain`.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init

from .django_internals import COLUMN_ATTRIBUTES, SelectedModel

#: Makes instances of rows.
Make = Callable[[list[Any]], list[Any]]


def refer(row: Model, name: str, to: Model) -> None:
    """Keep `to` on `row` as the object to which its foreign key `name` refers already.

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
    """Whether making an instance of `model` does no more than set its columns."""
    return bool(
        model.__init__ is Model.__init__
        and model.__setattr__ is Model.__setattr__
        and model.from_db.__func__ is Model.__dict__["from_db"].__func__
        and not (pre_init.has_listeners(model) or post_init.has_listeners(model))
    )


def is_plain(selected: SelectedModel) -> bool:
    """Whether instances of a model, and of those selected with it, are no more than columns."""
    model = selected.model
    return (
        is_made_by_columns(model)
        and not model._meta.parents
        and all(
            type(model.__dict__.get(each.attname) or getattr(model, each.attname, None))
            in COLUMN_ATTRIBUTES
            for each in model._meta.concrete_fields
        )
        # Rows in a one-to-one relation know each other. Talk selects none.
        and all(is_plain(each) and not each.is_one_to_one for each in selected.related)
    )


def maker(selected: SelectedModel, annotations: Mapping[str, int], alias: str) -> Make:
    """Makes instances of a plain model, and of those selected with it."""
    part = _Part(selected, alias)

    def make(rows: list[Any]) -> list[Any]:
        known: dict[Any, Any] = {}
        made = [part.make(row, known) for row in rows]
        for name, at in annotations.items():
            for instance, row in zip(made, rows, strict=True):
                instance.__dict__[name] = row[at]
        return made

    return make


class _Part:
    """Makes the instances of one model from its part of each row."""

    def __init__(self, selected: SelectedModel, alias: str) -> None:
        self._model, self._alias = selected.model, alias
        self._attributes = selected.attributes
        # The columns of a model are next to each other.
        self._values = itemgetter(slice(selected.columns[0], selected.columns[-1] + 1))
        self._key = selected.columns[self._attributes.index(self._model._meta.pk.attname)]
        self._related = [(each, _Part(each, alias)) for each in selected.related]

    def make(self, row: Any, known: dict[Any, Any]) -> Any:
        """An instance. `known` has those that were made of the same row of a table."""
        made = object.__new__(self._model)
        # Past the descriptors of the class, which would be called for each column.
        attributes = made.__dict__
        attributes["_state"] = state = ModelState()
        state.adding, state.db = False, self._alias
        state.fields_cache = cache = {}
        attributes.update(zip(self._attributes, self._values(row), strict=True))
        for related, part in self._related:
            cache[related.name] = part.find(row, known)
        return made

    def find(self, row: Any, known: dict[Any, Any]) -> Any:
        """The instance of a related row, made once; None if there is no row."""
        key = row[self._key]
        if key is None:
            return None
        found = known.get((self, key))
        if found is None:
            found = known[self, key] = self.make(row, known)
        return found
