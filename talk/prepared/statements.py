"""Statements that a connection to PostgreSQL keeps planned.

PostgreSQL takes longer to plan what it is asked all day than to answer it. It keeps plans of what
has a name (`PREPARE`) for as long as the connection lasts, and several that are called by their
names (`EXECUTE`) go in one trip. What the driver prepares by itself goes one by one.

A name is a digest: where a proxy hands out connections for single transactions it may be lost, but
it never means something else.
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from ..conf import conf
from .placeholders import Given
from .values import adapted, takes_several

logger = logging.getLogger(__name__)

#: How often a connection is asked something before it keeps it, as psycopg has it.
OFTEN = 5
#: Fewest that a connection keeps, if any: more than are called in one trip.
FEWEST = 10
#: What PostgreSQL says of a name that is gone, and of a plan whose columns changed their types.
LOST = ("26000", "0A000")
#: What it says of a table, a column or a schema that isn't there, or a right that isn't: yet.
PASSING = ("42P01", "42703", "3F000", "42501")
#: What PostgreSQL is told of values. What is unknown it finds out by their places.
TYPES = {bool: "boolean", UUID: "uuid", str: "unknown", NoneType: "unknown"}
BIGINT = 2**63

#: The names that connections of the driver keep, the last called at the end; None: not any more.
_kept: WeakKeyDictionary[Any, dict[str, None] | None] = WeakKeyDictionary()

_PLACE = re.compile("%[s%]")


class Statements:
    """Those of one SQL text with places: one for each types of the values that are given.

    A place is `Given`, or what always stands there.
    """

    def __init__(self, title: str, sql: str, places: Sequence[Any]) -> None:
        self._title, self._sql, self._places = title, sql, places
        # A value that is compared with two fields may be two.
        given = ((each.name, each.field) for each in places if isinstance(each, Given))
        self._values = list(dict.fromkeys(given))
        self._by_types: dict[tuple[str, ...], _Statement] = {}

    def call(self, given: Mapping[str, Any], connection: Any) -> tuple[str, list[Any]] | None:
        """How Django's `connection` is asked this by a name; None if it has to be told it all."""
        if not conf.PREPARED_STATEMENTS or not takes_several(connection):
            return None
        values = [adapted(given[name], connection, field) for name, field in self._values]
        types = tuple(map(_type_of, values))
        statement = self._by_types.get(types)
        if statement is None:
            statement = self._by_types.setdefault(types, _Statement(all(types)))
        if not statement.is_fit:
            return None
        # As a cursor does: from here on it is this connection of the driver's.
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        if self._is_kept(statement, types, connection.connection):
            return statement.call, values
        return None

    def _is_kept(self, statement: "_Statement", types: tuple[str, ...], driver: Any) -> bool:
        """Whether a connection of the driver keeps a statement, if it is due from here on."""
        kept = _kept.setdefault(driver, {})
        if kept is None:
            return False
        if statement.name not in kept:
            if not statement.is_due(driver):
                return False
            if not statement.name:
                statement.write(self._title, types, self._filled(driver))
            if not _prepare(driver, statement, kept):
                return False
        kept.pop(statement.name, None)
        kept[statement.name] = None
        return True

    def _filled(self, driver: Any) -> str:
        """The SQL with numbers for the values that are given, and with all others in it.

        Only so PostgreSQL knows which of its indexes on a part of a table are enough.
        """
        from psycopg.sql import Literal

        places = iter(self._places)

        def fill(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            place = next(places)
            if not isinstance(place, Given):
                return Literal(place).as_string(driver)
            return f"${self._values.index((place.name, place.field)) + 1}"

        return _PLACE.sub(fill, self._sql)


class _Statement:
    """One that connections keep, if it is asked often, and fit for that."""

    def __init__(self, is_fit: bool) -> None:
        self.is_fit = is_fit
        self.name = self.text = self.call = ""
        self._asked: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def is_due(self, driver: Any) -> bool:
        """Whether a connection of the driver is asked this often, this time included."""
        asked = self._asked[driver] = self._asked.get(driver, 0) + 1
        return asked > OFTEN

    def write(self, title: str, types: Sequence[str], filled: str) -> None:
        """Give it a name, the same whenever it is the same."""
        declared = f"({', '.join(types)})" if types else ""
        digest = hashlib.sha256(f"{declared} {filled}".encode()).hexdigest()
        name = f"talk_{digest[:16]}_{title.lstrip('_')}"
        values = f"({', '.join(['%s'] * len(types))})" if types else ""
        self.text, self.call = f"PREPARE {name}{declared} AS {filled}", f"EXECUTE {name}{values}"
        # At the end: another thread may look.
        self.name = name


def is_lost(connection: Any, error: Exception) -> bool:
    """Whether Django's `connection`, asked by names, does not know one. It keeps none any more."""
    if getattr(error.__cause__, "sqlstate", None) not in LOST:
        return False
    _lose(connection.connection)
    return True


def _type_of(value: Any) -> str:
    """What PostgreSQL is told that a value is; nothing if that is not known."""
    if type(value) in TYPES:
        return TYPES[type(value)]
    if type(value) is datetime:
        return "timestamptz" if value.tzinfo else "timestamp"
    # Also those that psycopg has for columns of integers.
    return "bigint" if isinstance(value, int) and -BIGINT <= value < BIGINT else ""


def _prepare(driver: Any, statement: _Statement, kept: dict[str, None]) -> bool:
    """Have a connection of the driver keep a statement; whether it does."""
    from psycopg import Error, NotSupportedError, ProgrammingError
    from psycopg.errors import DuplicatePreparedStatement, InvalidSqlStatementName
    from psycopg.pq import TransactionStatus

    if driver.info.transaction_status == TransactionStatus.INERROR:
        return False
    surplus = 1 + len(kept) - max(conf.PREPARED_STATEMENTS, FEWEST)
    try:
        # In a transaction that goes on, whatever becomes of this.
        with driver.transaction():
            for name in list(kept)[: max(surplus, 0)]:
                del kept[name]
                driver.execute(f"DEALLOCATE {name}")
            driver.execute(statement.text)
    except DuplicatePreparedStatement:
        return True
    except InvalidSqlStatementName:
        _lose(driver)
        return False
    except (NotSupportedError, ProgrammingError) as error:
        if error.sqlstate not in PASSING:
            logger.warning("%s can't be prepared", statement.name, exc_info=True)
            statement.is_fit = False
        return False
    except Error:
        # It passes: a lock that was waited for too long.
        return False
    return True


def _lose(driver: Any) -> None:
    logger.warning(
        "A connection lost a prepared statement, and keeps none any more. Unless a column changed"
        " its type, a proxy hands out connections for single transactions: then set"
        " PREPARED_STATEMENTS to 0."
    )
    _kept[driver] = None
