"""What goes to PostgreSQL in one trip, as the protocol itself tells."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any


@contextmanager
def trips_of(connection: Any) -> Iterator[list[str]]:
    """At the end, each text that Django's `connection` sent and waited for an answer to.

    What is captured of its queries is something else: `BEGIN` can go with another text.
    """
    connection.ensure_connection()
    driver = connection.connection.pgconn
    sent: list[str] = []
    with TemporaryFile("w+") as told:
        driver.trace(told.fileno())
        try:
            yield sent
        finally:
            driver.untrace()
            told.seek(0)
            for line in told:
                _at, who, _length, what, *said = line.split("\t", 4)
                if who == "F" and what.strip() in ("Query", "Parse"):
                    sent.append("".join(said).strip(' "\n'))
