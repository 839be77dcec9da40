"""Loads data in one query for all users that an answer shows, or for all rows of a page.

A data loader collects keys on an event loop. There is none here. Instead each page registers its
rows, and the first load for a user is also one for all others in these rows. That for a message, or
for a participation, is one for the others of its page, which have the same selection. For those
elsewhere in the answer nobody may have asked for it, or paid its cost.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth import get_user_model

from talk import models

Value = TypeVar("Value")

#: The models for whose rows is loaded what the other rows of their page show, too.
PAGE_ROWS = (models.Message, models.Participation)

#: The most changes of a stream for which is loaded at once what they show.
TOGETHER = 50
#: Bytes of the texts that are read for these, in addition to their own.
ROOM = 262_144


class Shown:
    """The users, messages and participations that one operation shows, and what was loaded."""

    def __init__(self, room: int | None = None) -> None:
        #: Rows of models in which the others are not looked for yet.
        self._rows: list[Iterable[Any]] = []
        self._users: dict[Any, Any] = {}
        #: The messages of the page of each message, and likewise of participations, by `id` of this
        #: row: another page may show the same message as another row. All of these rows stay in
        #: memory, and so no `id` is reused.
        self._pages: dict[int, dict[int, Any]] = {}
        self._loaded: dict[Hashable, dict[Any, Any]] = {}
        #: Lists to which each page is added that is shown; see `noting`.
        self._notes: list[list[Iterable[Any]]] = []
        #: Lists of `noting` whose pages are shown here, by their `id`.
        self._noted: dict[int, list[Iterable[Any]]] = {}
        #: How many bytes the texts may take that are loaded for messages; None for any number.
        self.room = room

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more texts: then it loads for one message at a time."""
        return self.room is not None and self.room < 0

    def show(self, rows: Iterable[Any]) -> None:
        """Register a page that the operation shows, with related rows that were read with it."""
        self._rows.append(rows)
        for pages in self._notes:
            pages.append(rows)

    @contextmanager
    def noting(self) -> Iterator[list[Iterable[Any]]]:
        """A list of the pages that are shown inside, for `show_again` of other operations."""
        pages: list[Iterable[Any]] = []
        self._noted[id(pages)] = pages
        self._notes.append(pages)
        try:
            yield pages
        finally:
            # Those inside have removed theirs.
            self._notes.pop()

    def show_again(self, pages: list[Iterable[Any]]) -> None:
        """Show the pages of a list that `noting` made, unless they are shown here already."""
        if id(pages) not in self._noted:
            self._noted[id(pages)] = pages
            for rows in pages:
                self.show(rows)

    def load(
        self, row: Any, name: Hashable, load_all: Callable[[list[Any]], Mapping[Any, Value]]
    ) -> Value | None:
        """What `load_all` returns for a user or a row of a page, by primary key.

        It is called for all users that are shown so far, or for all such rows of the page. `name`
        says what is loaded, and includes everything that the result depends on, except the rows.
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
        """Add what `load_all` returns for `row`, and for those that are loaded with it."""
        pending, self._rows = self._rows, []
        for rows in pending:
            self._look_for_rows(rows)
        others: Mapping[Any, Any] = self._users
        if isinstance(row, PAGE_ROWS):
            others = {} if self.is_full else self._pages.get(id(row), {})
        shown = {row.pk: row, **others}
        missing = {key: each for key, each in shown.items() if key not in loaded}
        found = load_all(list(missing.values()))
        loaded.update((key, found.get(key)) for key in missing)

    def forget_loaded(self) -> None:
        """Drop rows and what was loaded for them, because a mutation may change both."""
        self._rows.clear()
        self._users.clear()
        self._pages.clear()
        self._loaded.clear()
        self._noted.clear()

    def _look_for_rows(self, rows: Iterable[Any]) -> None:
        pages: dict[type[Any], dict[int, Any]] = {each: {} for each in PAGE_ROWS}
        user_model = get_user_model()
        for row in _with_related(rows):
            if isinstance(row, PAGE_ROWS):
                page = pages[type(row)]
                page[row.pk] = row
                self._pages[id(row)] = page
            elif isinstance(row, user_model):
                self._users[row.pk] = row


class ShownTogether:
    """What is loaded for `TOGETHER` changes of a stream at a time, in their order.

    If the texts for these take more memory than `ROOM`, each change loads for itself.
    """

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = iter(rows)
        self._shown = Shown()
        self._left = 0

    def next(self) -> Shown:
        """What the execution of the next change shows."""
        if not self._left:
            self._shown, self._left = Shown(ROOM), TOGETHER
            self._shown.show(list(islice(self._rows, TOGETHER)))
        self._left -= 1
        return Shown() if self._shown.is_full else self._shown


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
