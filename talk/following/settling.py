"""Finds the event up to which all events are visible, so that none can come late any more.

An event takes its primary key before its transaction commits. So an event with a smaller key can
become visible after one with a greater key. PostgreSQL tells which transactions can still do that:

- An `INSERT` locks the table in the mode `ROW EXCLUSIVE` before it takes a key. The transaction
  holds this lock until its end (the chapter "Explicit Locking" of PostgreSQL's documentation).
- The view `pg_locks` lists who holds such a lock (the chapter "System Views").

When an event is visible, all smaller keys are taken. So their transactions have ended, or hold the
lock now. When these have ended, all events with smaller keys are visible, or will never be.
`pg_snapshot_xmax` can't tell that: an open transaction may have this number or a greater one. And
`pg_snapshot_xmin` waits for every transaction that writes, in other databases of the server, too.

On SQLite one transaction writes at a time, so events become visible in the order of their keys.
"""

import logging
import time

from django.db import connections

from ..models import Event
from ..models.following import stored_in

logger = logging.getLogger(__name__)

#: Seconds after which the log names a transaction that is still open.
LONG = 600.0

WRITERS = """
SELECT virtualtransaction, pid FROM pg_locks
WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND granted AND pid IS DISTINCT FROM pg_backend_pid()
"""


class Settling:
    """Notes which transactions write events, and waits until all of these have ended."""

    def __init__(self) -> None:
        #: All events up to this one are visible to whoever looks for late ones from now on.
        self.visible = 0
        self._read = 0
        self._writers: dict[str, int | None] = {}
        self._begun_at = 0.0
        self._has_warned = False

    def look(self, read: int) -> None:
        """Find out what is visible by now. `read` is the greatest event that was read."""
        writers = _writers()
        if left := self._writers.keys() & writers.keys():
            self._warn({writers[each] for each in left})
            return
        self.visible = read if not writers else self._read
        self._read, self._writers = read, writers
        self._begun_at, self._has_warned = time.monotonic(), False

    def _warn(self, processes: set[int | None]) -> None:
        if self._has_warned or time.monotonic() < self._begun_at + LONG:
            return
        self._has_warned = True
        logger.warning(
            "Transactions that wrote events have been open for %s seconds: in the processes %s of "
            "PostgreSQL, or prepared (pg_prepared_xacts). Until they end, followers look through "
            "all later events again and again.",
            round(LONG),
            sorted(each for each in processes if each is not None),
        )


def _writers() -> dict[str, int | None]:
    """The other transactions that write events, and the process of PostgreSQL of each.

    Those that are prepared (`PREPARE TRANSACTION`) have no process.
    """
    connection = connections[stored_in()]
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(WRITERS, [connection.ops.quote_name(Event._meta.db_table)])
        return dict(cursor.fetchall())
