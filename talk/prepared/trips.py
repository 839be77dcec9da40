"""One trip to PostgreSQL for what begins a transaction and for what is asked first in it.

psycopg sends `BEGIN` before the first question of a transaction, and waits for the answer, of which
nobody learns anything. And around each question it does more than anybody here needs.
"""

from collections.abc import Generator
from typing import Any

from django.db.backends.postgresql.base import Cursor
from django.db.backends.utils import CursorWrapper
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, PipelineStatus, TransactionStatus


def shorten(cursor: Any) -> None:
    """Let one of Django's cursors execute by a `Trip`, if nobody made it another than it is.

    What a project's backend does for each cursor stays. If what is executed is logged, or somebody
    listens to it, psycopg's is left alone: they find more in it.
    """
    inner = cursor.cursor
    is_as_django_has_it = type(cursor) is CursorWrapper and type(inner) is Cursor
    if is_as_django_has_it and not cursor.db.execute_wrappers and _is_plain(inner.connection):
        cursor.cursor = Trip(inner)


class Trip:
    """A cursor of psycopg that executes in one trip, and fetches all rows of an answer at once."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._answers: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, sql: str, values: Any = None) -> None:
        driver = self._cursor.connection
        text, encoding = self._cursor.mogrify(sql, values), driver.info.encoding
        with driver.lock:
            is_idle = driver.pgconn.transaction_status == TransactionStatus.IDLE
            begins = is_idle and not driver.autocommit
            sent = (f"BEGIN; {text}" if begins else text).encode(encoding)
            answers = driver.wait(_answers(driver.pgconn, sent))
        for answer in answers:
            if answer.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
                raise error_from_result(answer, encoding)
        self._show(answers[begins:])

    def fetchall(self) -> list[Any]:
        reader = Transformer.from_context(self._cursor)
        reader.set_pgresult(self._answers[0])
        rows: list[Any] = reader.load_rows(0, self._answers[0].ntuples, tuple)
        return rows

    def nextset(self) -> bool | None:
        self._show(self._answers[1:])
        return True if self._answers else None

    def _show(self, answers: list[Any]) -> None:
        self._answers = answers
        # For what is told of an answer besides its rows.
        self._cursor.pgresult = answers[0] if answers else None


def _answers(connection: Any, sent: bytes) -> Generator[Any, Any, list[Any]]:
    # Sent by who waits, who cancels what was sent if the wait is interrupted.
    connection.send_query(sent)
    answers: list[Any] = yield from execute(connection)
    return answers


def _is_plain(driver: Any) -> bool:
    """Whether `BEGIN` says all of a transaction, and what is sent is sent at once."""
    special = driver.isolation_level, driver.read_only, driver.deferrable
    return special == (None, None, None) and driver.pgconn.pipeline_status == PipelineStatus.OFF
