"""Statements that a connection to PostgreSQL keeps planned.

PostgreSQL takes longer to plan what is asked all day than to answer it. It keeps plans of what has
a name (`PREPARE`) for as long as the connection lasts, and several that are called by their names
go in one trip.

For connections where the client puts the values in: PostgreSQL takes no other for what has a name.
And only with `prepare_threshold` among the `OPTIONS` of the database, which says how often the
same is asked of a connection before: a proxy that hands out connections for single transactions
keeps no names.
"""

import hashlib
import logging
import re
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

logger = logging.getLogger(__name__)

#: Most statements of which is known how often a connection was asked them.
MOST = 200
#: How often a connection was asked something that it keeps, or can't keep.
KEPT, UNFIT = -1, -2

#: Of the driver's connections, how often they were asked what, by its name.
_asked: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()

_PLACE = re.compile("%[s%]")


class Statement:
    """One SQL text with places, of which those in `names` are for values, by these names."""

    def __init__(self, title: str, sql: str, places: Sequence[Any], names: Sequence[str | None]):
        self._sql, self._places, self._names = sql, places, names
        #: The names of the values, in the order in which the statement is given them.
        self.given = list(dict.fromkeys(name for name in names if name is not None))
        fixed = [place for place, name in zip(places, names, strict=True) if name is None]
        digest = hashlib.sha256(f"{sql} {fixed} {names}".encode()).hexdigest()
        #: What it is called, the same whenever it is the same.
        self.name = f"talk{title}_{digest[:16]}"

    def call(self, connection: Any) -> str | None:
        """How Django's `connection` is asked this by its name; None if it has to be told it all."""
        threshold = connection.settings_dict.get("OPTIONS", {}).get("prepare_threshold")
        if threshold is None:
            return None
        # As a cursor does: from here on it is this connection of the driver's.
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        asked = _asked.setdefault(connection.connection, {})
        times = asked.get(self.name, 0)
        if times >= 0:
            if self.name not in asked and len(asked) >= MOST:
                return None
            if times < threshold:
                asked[self.name] = times + 1
                return None
            asked[self.name] = times = self._prepare(connection.connection)
        if times == UNFIT:
            return None
        values = ", ".join(["%s"] * len(self.given))
        return f"EXECUTE {self.name}({values})" if values else f"EXECUTE {self.name}"

    def _prepare(self, driver: Any) -> int:
        from psycopg import Error

        try:
            # In a transaction that goes on, whatever becomes of this.
            with driver.transaction():
                driver.execute(f"PREPARE {self.name} AS {self._numbered(driver)}")
        except Error:
            logger.warning("%s can't be prepared", self.name, exc_info=True)
            return UNFIT
        return KEPT

    def _numbered(self, driver: Any) -> str:
        """The SQL with numbers for the values that are given, and with all others in it.

        Only so PostgreSQL knows which of its indexes on a part of a table are enough.
        """
        from psycopg.sql import Literal

        places = iter(zip(self._places, self._names, strict=True))

        def fill(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            value, name = next(places)
            if name is None:
                return Literal(value).as_string(driver)
            return f"${self.given.index(name) + 1}"

        return _PLACE.sub(fill, self._sql)
