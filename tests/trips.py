"""The round trips to PostgreSQL, as libpq traces the protocol's messages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

_PARSE = re.compile(r'"(.*?)" "(.*)" \d+', re.DOTALL)
_BIND = re.compile(r'"(.*?)" "(.*?)"')


def trips_of(connection: Any) -> Any:
    """At the end, what Django's `connection` sent in each round trip: texts, joined by "; ".

    A captured query is something else: `BEGIN` and several statements may go in one trip.
    """
    connection.ensure_connection()
    return trips_of_driver(connection.connection)


@contextmanager
def trips_of_driver(driver: Any) -> Iterator[list[str]]:
    """The same for a connection of psycopg."""
    sent: list[str] = []
    with TemporaryFile("w+") as traced:
        driver.pgconn.trace(traced.fileno())
        try:
            yield sent
        finally:
            driver.pgconn.untrace()
            traced.seek(0)
            sent += ("; ".join(filter(None, trip)) for trip in _trips(traced))


def _trips(traced: Any) -> Iterator[list[str]]:
    trip: list[str] = []
    for line in traced:
        # A text of several lines has lines without a time.
        _at, who, _length, kind, *rest = [*line.split("\t", 4), "", "", "", ""][:5]
        if who == "F":
            trip.append(_text(kind.strip(), "".join(rest)))
        elif who == "B" and trip:
            yield trip
            trip = []
    if trip:
        yield trip


def _text(kind: str, rest: str) -> str:
    """The SQL of a message, or the name of the prepared statement that it calls."""
    rest = rest.strip()
    if kind == "Query":
        return rest.strip('"')
    if kind == "Parse" and (found := _PARSE.match(rest)):
        # What has a name is called by it in the same trip.
        return "" if found[1] else found[2]
    if kind == "Bind" and (found := _BIND.match(rest)) and found[2]:
        return f"EXECUTE {found[2]}"
    return ""
