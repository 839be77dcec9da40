"""Loads the data of fields that a project adds to `User`, in one query for all users of an answer.

A data loader collects keys on an event loop. There is none here. Instead each page registers its
rows, and the first load for a user is also one for all other users in these rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.contrib.auth import get_user_model

Value = TypeVar("Value")


class People:
    """The users whom one operation shows, and what was loaded for them."""

    def __init__(self) -> None:
        #: Rows of models whose users are not looked for yet.
        self._rows: list[Iterable[Any]] = []
        self._users: dict[Any, Any] = {}
        self._loaded: dict[Any, dict[Any, Any]] = {}

    def show(self, rows: Iterable[Any]) -> None:
        """Register rows that the operation shows, with related rows that were read with them."""
        self._rows.append(rows)

    def load(self, user: Any, load_all: Callable[[list[Any]], Mapping[Any, Value]]) -> Value | None:
        """What `load_all` returns for a user. It is called for all users who are shown so far."""
        loaded = self._loaded.setdefault(load_all, {})
        if user.pk not in loaded:
            while self._rows:
                self._users |= {each.pk: each for each in _users_in(self._rows.pop())}
            users = {user.pk: user, **self._users}
            missing = {key: each for key, each in users.items() if key not in loaded}
            found = load_all(list(missing.values()))
            loaded.update((key, found.get(key)) for key in missing)
        value: Value | None = loaded[user.pk]
        return value


def _users_in(rows: Iterable[Any]) -> Iterator[Any]:
    """The users among these rows, and among the related rows that were read with them."""
    model = get_user_model()
    pending, seen = list(rows), set()
    while pending:
        row = pending.pop()
        if row is None or id(row) in seen:
            continue
        seen.add(id(row))
        if isinstance(row, model):
            yield row
        pending += row._state.fields_cache.values()
