"""Prepared questions: asked by their SQL, or else as the querysets that they stand for."""

import functools
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, OperationalError, connections
from django.db.models import Model, QuerySet

from ..conf import conf
from . import postgresql
from .placeholders import ListPlaceholder, Placeholder, size_of
from .texts import Text
from .writes import Write, database_of

Row = TypeVar("Row")
#: Makes a queryset or a write. Its arguments by name are values, or placeholders for them.
Build = Callable[..., Any]
#: The SQL of a question, and the values of its placeholders.
Statement = tuple[Text[Any], list[Any]]

logger = logging.getLogger(__name__)

#: Most shapes of one question whose SQL is kept.
KEPT = 256


def prepared(build: Callable[..., QuerySet[Any, Row]]) -> Callable[..., "Question[Row]"]:
    """A question that asks what `build` returns, with SQL that is made once, of placeholders.

    `build` may also return a write: see `changing` and `inserting`.
    """

    @functools.lru_cache(KEPT)
    def form_of(shape: tuple[Any, ...], names: tuple[str, ...], sizes: Any) -> _Form[Row]:
        placeholders: dict[str, Any] = {name: Placeholder(name) for name in names}
        placeholders |= {name: ListPlaceholder(name, size) if size else [] for name, size in sizes}
        return _Form(functools.partial(build, *shape), placeholders, build.__name__)

    @functools.wraps(build)
    def question(*shape: Any, **values: Any) -> Question[Row]:
        sizes = [(name, size_of(each)) for name, each in values.items() if isinstance(each, list)]
        return Question(form_of(shape, tuple(values), tuple(sizes)), values)

    return question


class Question(Generic[Row]):
    """One question and its values."""

    def __init__(self, form: "_Form[Row]", values: dict[str, Any]) -> None:
        self.form, self.values = form, values

    def ask(self) -> list[Row]:
        return ask(self)[0]

    def ask_unprepared(self) -> list[Row]:
        """The answer of the queryset, or of the write, that this stands for."""
        asked = self.form.build(**{name: _key_of(each) for name, each in self.values.items()})
        return list(asked if isinstance(asked, QuerySet) else asked.write())


def ask(*questions: Question[Any]) -> list[list[Any]]:
    """The answers to several questions, each of which sees what those before did.

    They go in one round trip if they are for one database, which takes several statements.
    """
    texts = [each.form.text() for each in questions]
    known = [each for each in texts if each is not None]
    if len(known) == len(questions) and len({each.alias for each in known}) == 1:
        return _ask(questions, known)
    return [
        each.ask_unprepared() if text is None else _ask([each], [text])[0]
        for each, text in zip(questions, texts, strict=True)
    ]


def _ask(questions: Sequence[Question[Any]], texts: Sequence[Text[Any]]) -> list[list[Any]]:
    connection = connections[texts[0].alias]
    statements = [
        (text, text.filled(each.values, connection))
        for each, text in zip(questions, texts, strict=True)
    ]
    found = _found(connection, statements)
    return [
        _read(each, text, rows) for each, text, rows in zip(questions, texts, found, strict=True)
    ]


def _found(connection: Any, statements: list[Statement]) -> list[list[Any]]:
    """The rows of each answer."""
    if len(statements) == 1 or not postgresql.takes_several(connection):
        # Each before the next: it may change what is still to be fetched.
        return [_executed(connection, [each])[0] for each in statements]
    return _executed(connection, statements)


def _executed(connection: Any, statements: list[Statement]) -> list[list[Any]]:
    """The rows of statements that are sent together: either all of them take effect, or none.

    So they can be sent again if one was lost. Statements that were sent before are not repeated.
    """
    try:
        return _fetched(connection, statements)
    except DatabaseError as error:
        if not postgresql.is_lost(connection, error):
            raise
        if connection.in_atomic_block or not connection.autocommit:
            raise OperationalError("A prepared statement was lost; ask again.") from error
        connection.close()
        return _fetched(connection, statements)


def _fetched(connection: Any, statements: list[Statement]) -> list[list[Any]]:
    with postgresql.pipeline(connection) if len(statements) > 1 else nullcontext():
        cursors = [text.execute(connection, values) for text, values in statements]
    answered = zip(statements, cursors, strict=True)
    return [text.fetch(cursor) for (text, _values), cursor in answered]


def _read(question: Question[Row], text: Text[Row], rows: list[Any]) -> list[Row]:
    try:
        return text.read(rows)
    except DatabaseError:
        raise
    except Exception:
        question.form.give_up()
        return question.ask_unprepared()


def _key_of(value: Any) -> Any:
    """The key of a row, which it is compared by; any other value itself."""
    if isinstance(value, list):
        return [_key_of(each) for each in value]
    return value.pk if isinstance(value, Model) else value


class _Form(Generic[Row]):
    """What questions of one shape have in common: their SQL, once for each database."""

    def __init__(self, build: Build, placeholders: dict[str, Any], title: str) -> None:
        self.build, self._placeholders, self._title = build, placeholders, title
        self._asked: QuerySet[Any, Row] | Write | None = None
        self._texts: dict[str, Text[Row]] = {}
        # While its SQL is made a query changes, and changes back.
        self._making = Lock()
        self._is_prepared = True

    def text(self) -> Text[Row] | None:
        """The SQL for the database that is asked now; None if the queryset is to be asked."""
        if not (self._is_prepared and conf.PREPARED_QUERIES):
            return None
        try:
            if self._asked is None:
                self._asked = self.build(**self._placeholders)
            alias = self._alias(self._asked)
            return self._texts.get(alias) or self._make(self._asked, alias)
        except DatabaseError:
            raise
        except Exception:
            # Most likely Django isn't what it was when this was written.
            self.give_up()
            return None

    def give_up(self) -> None:
        """Have the queryset asked from here on. Called where an exception is handled."""
        self._is_prepared = False
        logger.warning("%s can't be prepared, and takes longer.", self._title, exc_info=True)

    def _alias(self, asked: "QuerySet[Any, Row] | Write") -> str:
        return asked.db if isinstance(asked, QuerySet) else database_of(asked)

    def _make(self, asked: "QuerySet[Any, Row] | Write", alias: str) -> Text[Row]:
        with self._making:
            if alias not in self._texts:
                self._texts[alias] = Text(asked, alias)
        return self._texts[alias]
