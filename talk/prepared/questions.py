"""Questions with placeholders: their SQL, their values and their answers."""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError, OperationalError, ProgrammingError, connections, router
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery, Query, UpdateQuery

from .placeholders import Given, GivenList, size_of, tell_fields
from .rows import Reader
from .statements import Statements, is_lost
from .values import adapted, read_times, shorten, takes_several, tells_utc

Row = TypeVar("Row")

#: Most texts of one question.
KEPT = 256
#: What has no answer.
NOTHING = "SELECT 1 WHERE 1 = 0"


def prepared(build: Callable[..., QuerySet[Any, Row]]) -> Callable[..., "Question[Row]"]:
    """What `build` returns of places, made once, to be asked with values for them.

    Instead of a queryset that may be `changing` or `inserting`.
    """

    @functools.lru_cache(KEPT)
    def kind_of(shape: tuple[Any, ...], names: tuple[str, ...], sizes: Any) -> _Kind[Row]:
        places: dict[str, Any] = {name: Given(name) for name in names}
        places |= {name: GivenList(name, size) if size else [] for name, size in sizes}
        return _Kind(build(*shape, **places), build.__name__)

    @functools.wraps(build)
    def question(*shape: Any, **given: Any) -> Question[Row]:
        sizes = [(name, size_of(each)) for name, each in given.items() if isinstance(each, list)]
        return Question(kind_of(shape, tuple(given), tuple(sizes)), given)

    return question


def changing(rows: QuerySet[Any], **values: Any) -> Any:
    """The update of all `rows`, which answers nothing."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    return query


def inserting(row: Model) -> Any:
    """The insertion of `row`, which answers its key."""
    query: Any = InsertQuery(type(row))
    query.insert_values(_columns(type(row)), [row])
    return query


def columns_of(row: Model) -> dict[str, Any]:
    """What is to be given for the columns of a row that is inserted."""
    connection = connections[router.db_for_write(type(row))]
    return {
        field.attname: field.get_db_prep_save(field.pre_save(row, True), connection)
        for field in _columns(type(row))
    }


def _columns(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


class Question(Generic[Row]):
    """One question and its values."""

    def __init__(self, kind: "_Kind[Row]", given: dict[str, Any]) -> None:
        self.alias = kind.alias
        self._text, self._given = kind.text(self.alias), given

    def ask(self) -> list[Row]:
        return ask(self)[0]

    def goes_with(self, other: "Question[Any]") -> bool:
        """Whether both can be asked in one trip."""
        return self.alias == other.alias and takes_several(connections[self.alias])

    def filled(self) -> tuple[str, list[Any]]:
        """The SQL and its values."""
        connection = connections[self.alias]
        return self._text.sql, [
            adapted(place.value(self._given), connection, place.field)
            if isinstance(place, Given)
            else place
            for place in self._text.places
        ]

    def called(self) -> tuple[str, list[Any]] | None:
        """The call of a statement that the connection keeps, and its values, if it keeps one."""
        return self._text.statements.call(self._given, connections[self.alias])

    @property
    def reads_texts(self) -> bool:
        """Whether its answer may have times as they are told."""
        return self._text.reads_texts

    def read(self, cursor: Any, has_texts: bool) -> list[Row]:
        """What the database answered, as the queryset would say it.

        `has_texts` if times are as they were told.
        """
        return self._text.read(cursor, has_texts)


#: How a question is asked: by itself, as by `Question.ask`, or with more in the same trip.
Ask = Callable[[Question[Any]], list[Any]]


def ask(*questions: Question[Any]) -> list[list[Any]]:
    """The answers to several questions of one database, each of which sees what those before did.

    Where the database takes several at once, in one trip.
    """
    connection = connections[questions[0].alias]
    called = [question.called() for question in questions]
    asked = [call or each.filled() for call, each in zip(called, questions, strict=True)]
    try:
        return _ask(connection, questions, asked)
    except (NotSupportedError, ProgrammingError) as error:
        if not (any(called) and is_lost(connection, error)):
            raise
        if connection.in_atomic_block or not connection.get_autocommit():
            raise OperationalError("A prepared statement was lost; ask again.") from error
    return _ask(connection, questions, [question.filled() for question in questions])


def _ask(
    connection: Any, questions: Sequence[Question[Any]], asked: list[tuple[str, list[Any]]]
) -> list[list[Any]]:
    if len(asked) > 1 and takes_several(connection):
        together = "; ".join(sql for sql, _values in asked)
        asked = [(together, [value for _sql, values in asked for value in values])]
    has_texts = tells_utc(connection) and all(each.reads_texts for each in questions)
    waiting, answers = iter(questions), []
    for sql, values in asked:
        with connection.cursor() as cursor:
            shorten(cursor, connection)
            read_times(cursor, connection, as_text=has_texts)
            cursor.execute(sql, values)
            answers.append(next(waiting).read(cursor, has_texts))
            while len(asked) < len(questions) and cursor.nextset():
                answers.append(next(waiting).read(cursor, has_texts))
    return answers


class _Kind(Generic[Row]):
    """What questions of one shape have in common."""

    def __init__(self, asked: Any, title: str) -> None:
        self._asked: QuerySet[Any, Row] | Query = asked
        self._title = title
        self._texts: dict[str, _Text[Row]] = {}
        # While its SQL is written a query is changed, and changed back.
        self._writing = Lock()

    @property
    def alias(self) -> str:
        if isinstance(self._asked, QuerySet):
            return self._asked.db
        return router.db_for_write(self._asked.get_meta().model)

    def text(self, alias: str) -> "_Text[Row]":
        if alias not in self._texts:
            with self._writing:
                if alias not in self._texts:
                    self._texts[alias] = _Text(self._asked, alias, self._title)
        return self._texts[alias]


class _Text(Generic[Row]):
    """The SQL of questions of one shape to one database."""

    def __init__(self, asked: "QuerySet[Any, Row] | Query", alias: str, title: str) -> None:
        query = asked.query if isinstance(asked, QuerySet) else asked
        compiler: Any = query.get_compiler(using=alias)
        if isinstance(query, InsertQuery):
            # What is given for a column has been prepared by its field: see `columns_of`.
            compiler.returning_fields = [query.get_meta().pk]
            ((sql, places),) = compiler.as_sql()
        else:
            tell_fields(query)
            try:
                sql, places = compiler.as_sql()
            except EmptyResultSet:
                # Nothing is in an empty set.
                sql, places = NOTHING, ()
        if any(isinstance(place, datetime) for place in places):
            raise TypeError("A moment that was part of the question has passed: give it.")
        self.sql: str = sql
        self.places: Sequence[Any] = places
        self.statements = Statements(title, sql, places)
        self._is_silent = isinstance(query, UpdateQuery)
        self._reader: Reader[Row] | None = None
        if isinstance(asked, QuerySet) and sql != NOTHING:
            self._reader = Reader(asked, compiler)

    @property
    def reads_texts(self) -> bool:
        return self._reader is None or self._reader.reads_texts

    def read(self, cursor: Any, has_texts: bool) -> list[Row]:
        if self._is_silent:
            return []
        if self._reader is None:
            rows: list[Row] = cursor.fetchall()
            return rows
        return self._reader.read(cursor, has_texts)
