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

from .conf import conf
from .driver import adapted, takes_several

logger = logging.getLogger(__name__)

#: How often a process is asked something before its connections keep it, as psycopg has it.
OFTEN = 5
#: What PostgreSQL says of a name that is gone, and of a plan whose columns changed their types.
LOST = ("26000", "0A000")
#: What PostgreSQL is told of values. What is unknown it finds out by their places.
TYPES = {bool: "boolean", UUID: "uuid", str: "unknown", NoneType: "unknown"}
BIGINT = 2**63

#: The names that connections of the driver keep, the last called at the end; None: not any more.
_kept: WeakKeyDictionary[Any, dict[str, None] | None] = WeakKeyDictionary()

_PLACE = re.compile("%[s%]")


class Statements:
    """Those of one SQL text with places: one for each types of the values that are given.

    A place is the name of a value, or None, and what always stands there.
    """

    def __init__(self, title: str, sql: str, places: Sequence[tuple[str | None, Any]]) -> None:
        self._title, self._sql, self._places = title, sql, places
        self._names = list(dict.fromkeys(name for name, _fixed in places if name is not None))
        self._by_types: dict[tuple[str, ...], _Statement] = {}

    def call(self, given: Mapping[str, Any], connection: Any) -> tuple[str, list[Any]] | None:
        """How Django's `connection` is asked this by a name; None if it has to be told it all."""
        if not conf.PREPARED_STATEMENTS or not takes_several(connection):
            return None
        values = [adapted(given[name], connection) for name in self._names]
        types = tuple(map(_type_of, values))
        statement = self._by_types.get(types)
        if statement is None:
            statement = self._by_types.setdefault(types, _Statement(all(types)))
        statement.asked += 1
        if statement.asked <= OFTEN or not statement.is_fit:
            return None
        # As a cursor does: from here on it is this connection of the driver's.
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        if not statement.call:
            statement.write(self._title, types, self._filled(connection.connection))
        return (statement.call, values) if _keeps(connection.connection, statement) else None

    def _filled(self, driver: Any) -> str:
        """The SQL with numbers for the values that are given, and with all others in it.

        Only so PostgreSQL knows which of its indexes on a part of a table are enough.
        """
        from psycopg.sql import Literal

        places = iter(self._places)

        def fill(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            name, fixed = next(places)
            if name is None:
                return Literal(fixed).as_string(driver)
            return f"${self._names.index(name) + 1}"

        return _PLACE.sub(fill, self._sql)


class _Statement:
    """One that connections keep, if it is asked often, and fit for that."""

    def __init__(self, is_fit: bool) -> None:
        self.asked, self.is_fit = 0, is_fit
        self.name = self.text = self.call = ""

    def write(self, title: str, types: Sequence[str], filled: str) -> None:
        """Give it a name, the same whenever it is the same."""
        declared = f"({', '.join(types)})" if types else ""
        digest = hashlib.sha256(f"{declared} {filled}".encode()).hexdigest()
        self.name = f"talk_{digest[:16]}_{title.lstrip('_')}"
        self.text = f"PREPARE {self.name}{declared} AS {filled}"
        values = f"({', '.join(['%s'] * len(types))})" if types else ""
        self.call = f"EXECUTE {self.name}{values}"


def is_lost(connection: Any, error: Exception) -> bool:
    """Whether Django's `connection` no longer knows what it kept. From here on it keeps nothing."""
    kept = _kept.get(connection.connection)
    if not kept or getattr(error.__cause__, "sqlstate", None) not in LOST:
        return False
    _lose(connection.connection)
    return True


def _type_of(value: Any) -> str:
    """What PostgreSQL is told that a value is; nothing if that is not known."""
    if type(value) in TYPES:
        return TYPES[type(value)]
    if type(value) is datetime:
        return "timestamptz" if value.tzinfo else "timestamp"
    if type(value) is list:
        members = {_type_of(each) for each in value}
        return f"{members.pop()}[]" if members in ({"bigint"}, {"uuid"}) else ""
    # Also those that psycopg has for columns of integers.
    return "bigint" if isinstance(value, int) and -BIGINT <= value < BIGINT else ""


def _keeps(driver: Any, statement: _Statement) -> bool:
    """Whether a connection of the driver keeps a statement, if need be from here on."""
    kept = _kept.setdefault(driver, {})
    if kept is None or not (statement.name in kept or _prepare(driver, statement, kept)):
        return False
    kept.pop(statement.name, None)
    kept[statement.name] = None
    return True


def _prepare(driver: Any, statement: _Statement, kept: dict[str, None]) -> bool:
    from psycopg import Error, NotSupportedError, ProgrammingError
    from psycopg.errors import DuplicatePreparedStatement, InvalidSqlStatementName

    try:
        # In a transaction that goes on, whatever becomes of this.
        with driver.transaction():
            for name in list(kept)[: 1 + len(kept) - conf.PREPARED_STATEMENTS]:
                del kept[name]
                driver.execute(f"DEALLOCATE {name}")
            driver.execute(statement.text)
    except DuplicatePreparedStatement:
        return True
    except InvalidSqlStatementName:
        _lose(driver)
        return False
    except (NotSupportedError, ProgrammingError):
        logger.warning("%s can't be prepared", statement.name, exc_info=True)
        statement.is_fit = False
        return False
    except Error:
        # It passes: a transaction that failed before, a lock that was waited for too long.
        return False
    return True


def _lose(driver: Any) -> None:
    logger.warning(
        "A connection lost a prepared statement, and keeps none any more. Behind a proxy that"
        " hands out connections for single transactions, set PREPARED_STATEMENTS to 0."
    )
    _kept[driver] = None
