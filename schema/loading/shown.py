"""Loads data in one query for all users, or all messages, that an answer shows.

A data loader collects keys on an event loop. There is none here. Instead each page registers its
rows, and the first load for a user or a message is also one for all others in these rows.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.contrib.auth import get_user_model

from talk import models

Value = TypeVar("Value")


class Shown:
    """The users and messages that one operation shows, and what was loaded for them."""

    def __init__(self) -> None:
        #: Rows of models in which users and messages are not looked for yet.
        self._rows: list[Iterable[Any]] = []
        self._found: dict[type[Any], dict[Any, Any]] = {get_user_model(): {}, models.Message: {}}
        self._loaded: dict[Hashable, dict[Any, Any]] = {}

    def show(self, rows: Iterable[Any]) -> None:
        """Register rows that the operation shows, with related rows that were read with them."""
        self._rows.append(rows)

    def load(
        self, row: Any, name: Hashable, load_all: Callable[[list[Any]], Mapping[Any, Value]]
    ) -> Value | None:
        """What `load_all` returns for a user or a message, by primary key.

        It is called for all rows of this model that are shown so far. `name` says what is loaded,
        and includes everything that the result depends on, except the rows.
        """
        loaded = self._loaded.get(name)
        if loaded is None:
            loaded = self._loaded[name] = {}
        key = row.pk
        if key not in loaded:
            self._load(row, loaded, load_all)
        value: Value | None = loaded[key]
        return value

    def _load(
        self,
        row: Any,
        loaded: dict[Any, Any],
        load_all: Callable[[list[Any]], Mapping[Any, Value]],
    ) -> None:
        """Add what `load_all` returns for `row`, and all others of its model, to `loaded`."""
        while self._rows:
            self._look_for_rows(self._rows.pop())
        rows = {row.pk: row, **(self._found_like(row) or {})}
        missing = {key: each for key, each in rows.items() if key not in loaded}
        found = load_all(list(missing.values()))
        loaded.update((key, found.get(key)) for key in missing)

    def forget_loaded(self) -> None:
        """Drop rows and what was loaded for them, because a mutation may change both."""
        self._rows.clear()
        for found in self._found.values():
            found.clear()
        self._loaded.clear()

    def _look_for_rows(self, rows: Iterable[Any]) -> None:
        for row in _with_related(rows):
            if (found := self._found_like(row)) is not None:
                found[row.pk] = row

    def _found_like(self, row: Any) -> dict[Any, Any] | None:
        """The rows of the model of `row`, if it is one of those that are looked for."""
        return next((found for model, found in self._found.items() if isinstance(row, model)), None)


def _with_related(rows: Iterable[Any]) -> Iterator[Any]:
    """These rows, and the related rows that were read with them."""
    pending, seen = list(rows), set()
    while pending:
        row = pending.pop()
        if row is None or id(row) in seen:
            continue
        seen.add(id(row))
        yield row
        pending += row._state.fields_cache.values()
