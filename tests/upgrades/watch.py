"""Finds statements of migrations that keep others out of a table for as long as it has rows."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

#: With these locks of somebody else's, nobody writes to the table. With the last, nobody reads it.
KEEPS_OTHERS_OUT = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
LOCKED = """
    SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE pid = pg_backend_pid() AND granted AND relkind = 'r' AND mode = ANY(%s)
"""
#: How often this transaction began to read a whole table, also to check or to copy its rows.
READ = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables"
#: PostgreSQL executes the first outside of transactions only, and the second after errors, too.
#: They keep nobody out.
APART = re.compile(r"\s*(?:(?:CREATE|CREATE UNIQUE|DROP) INDEX CONCURRENTLY |ROLLBACK TO )")
CHANGES_ROWS = re.compile(r'\s*(?:UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?"?(\w+)', re.IGNORECASE)


@dataclass
class Watch:
    """A wrapper of statements for `connection.execute_wrapper`, on PostgreSQL.

    PostgreSQL counts what it reads, so the tables can be empty, and no clock is asked: reading a
    whole table takes as long as the table is large.
    """

    #: The tables that may be large.
    tables: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        connection = context["connection"]
        if APART.match(sql):
            return execute(sql, params, many, context)
        # A statement alone is a transaction, too. Its locks are seen before its end.
        alone = not connection.in_atomic_block
        with transaction.atomic(connection.alias) if alone else nullcontext():
            before = dict(self._ask(connection, READ))
            answer = execute(sql, params, many, context)
            self._look(connection, sql, before)
        return answer

    def _look(self, connection: Any, sql: str, before: dict[str, int]) -> None:
        read = {
            table for table, times in self._ask(connection, READ) if times > before.get(table, 0)
        }
        locked = {table for (table,) in self._ask(connection, LOCKED, [list(KEEPS_OTHERS_OUT)])}
        if locked & self.tables and read & self.tables:
            self.found.append(f"locks {_names(locked)}, and reads all of {_names(read)}: {sql}")
        # Code that changes rows in batches finds none to change here.
        changed = CHANGES_ROWS.match(sql)
        if changed and changed[1] in self.tables:
            self.found.append(f"changes all rows of {changed[1]} at once: {sql}")

    def _ask(self, connection: Any, sql: str, params: Any = None) -> list[Any]:
        # Past Django, which would call the wrapper for this, too.
        rows: list[Any] = connection.connection.execute(sql, params).fetchall()
        return rows


def _names(tables: set[str]) -> str:
    return ", ".join(sorted(tables))
