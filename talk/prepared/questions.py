"""Executes prepared queries by their SQL, or else by the querysets that they stand for."""

import functools
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, OperationalError, connections
from django.db.models import Model, QuerySet

from ..conf import conf
from ..spans import span
from . import postgresql
from .placeholders import ListPlaceholder, Placeholder, round_up
from .statements import Statement
from .writes import Write, database_of

Row = TypeVar("Row")
#: Makes a queryset or a write. Its arguments by name are values, or placeholders for them.
Build = Callable[..., Any]
#: A statement, and the parameters to execute it with.
Filled = tuple[Statement[Any], list[Any]]

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
        sizes = [
            (name, round_up(len(each))) for name, each in values.items() if isinstance(each, list)
        ]
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

    They go in one round trip if all are for one database, and its driver can send several
    statements at once.
    """
    statements = [each.form.statement() for each in questions]
    known = [each for each in statements if each is not None]
    if len(known) == len(questions) and len({each.alias for each in known}) == 1:
        return _ask(questions, known)
    return [
        each.ask_unprepared() if statement is None else _ask([each], [statement])[0]
        for each, statement in zip(questions, statements, strict=True)
    ]


def _ask(
    questions: Sequence[Question[Any]], statements: Sequence[Statement[Any]]
) -> list[list[Any]]:
    connection = connections[statements[0].alias]
    filled = [
        (statement, statement.filled(each.values, connection))
        for each, statement in zip(questions, statements, strict=True)
    ]
    found = _execute(connection, filled)
    return [
        _read(each, statement, rows)
        for each, statement, rows in zip(questions, statements, found, strict=True)
    ]


def _execute(connection: Any, filled: list[Filled]) -> list[list[Any]]:
    """The rows that each statement finds."""
    if len(filled) == 1 or not postgresql.takes_several(connection):
        # The rows of one are fetched before the next is executed, which may change them.
        return [_execute_together(connection, [each])[0] for each in filled]
    return _execute_together(connection, filled)


def _execute_together(connection: Any, filled: list[Filled]) -> list[list[Any]]:
    """The rows of statements that are sent together.

    If PostgreSQL lost one of them, none took effect, and all are sent again. Statements that were
    sent before are not repeated.
    """
    try:
        with span("trip", database=connection.vendor, statements=len(filled)):
            return _send_and_fetch(connection, filled)
    except DatabaseError as error:
        if not postgresql.is_statement_lost(connection, error):
            raise
        postgresql.discard(connection)
        if connection.in_atomic_block or not connection.autocommit:
            raise OperationalError("A prepared statement was lost; ask again.") from error
        connection.close()
        return _send_and_fetch(connection, filled)


def _send_and_fetch(connection: Any, filled: list[Filled]) -> list[list[Any]]:
    with postgresql.pipeline(connection) if len(filled) > 1 else nullcontext():
        cursors = [statement.execute(connection, parameters) for statement, parameters in filled]
    executed = zip(filled, cursors, strict=True)
    return [statement.fetch(cursor) for (statement, _parameters), cursor in executed]


def _read(question: Question[Row], statement: Statement[Row], rows: list[Any]) -> list[Row]:
    try:
        return statement.read(rows)
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
    """What questions of one shape have in common: a statement for each database."""

    def __init__(self, build: Build, placeholders: dict[str, Any], title: str) -> None:
        self.build, self._placeholders, self._title = build, placeholders, title
        self._asked: QuerySet[Any, Row] | Write | None = None
        self._statements: dict[str, Statement[Row]] = {}
        # Django changes a query while it writes the SQL, and changes it back.
        self._making = Lock()
        self._is_prepared = True

    def statement(self) -> Statement[Row] | None:
        """The statement for the database that is asked now; None if the queryset is to be asked."""
        if not (self._is_prepared and conf.PREPARED_QUERIES):
            return None
        try:
            if self._asked is None:
                self._asked = self.build(**self._placeholders)
            asked = self._asked
            alias = asked.db if isinstance(asked, QuerySet) else database_of(asked)
            return self._statements.get(alias) or self._make(asked, alias)
        except DatabaseError:
            raise
        except Exception:
            # Most likely this version of Django has other private names.
            self.give_up()
            return None

    def give_up(self) -> None:
        """Ask the queryset itself from now on. Call it where an exception is handled."""
        self._is_prepared = False
        logger.warning("%s can't be prepared, and takes longer.", self._title, exc_info=True)

    def _make(self, asked: "QuerySet[Any, Row] | Write", alias: str) -> Statement[Row]:
        with self._making:
            if alias not in self._statements:
                self._statements[alias] = Statement(asked, alias)
        return self._statements[alias]
