"""Cancels what PostgreSQL does for an operation when it takes too long.

PostgreSQL's own `statement_timeout` is a setting of a connection. Connections come from a pool, or
from a proxy that hands them out for single transactions: setting it each time would be one more
round trip, and leaving it set would end a migration of whoever gets the connection next. It also
counts each statement alone, of which an operation may have many.
"""

import logging
import os
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connections

from talk.conf import conf

logger = logging.getLogger(__name__)

#: Seconds between two looks at what runs, and between two cancellations of one operation.
LOOK_SECONDS = 0.25
#: Seconds that PostgreSQL may take to be told that something is cancelled.
CANCEL_SECONDS = 2.0
#: libpq's status of a connection that executes a statement: `PQTRANS_ACTIVE`.
_ACTIVE = 1


class _Operation:
    """One operation while it runs, as a context. It begins and ends in the same thread."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        #: Django's connections of the thread that executes it.
        self._connections: Sequence[Any] = connections.all()
        self._lock = threading.Lock()
        self._is_done = False

    def __enter__(self) -> None:
        _watch.add(self)

    def __exit__(self, *raised: object) -> None:
        _watch.discard(self)
        # Waits for a cancellation: it must not reach what is asked by the next operation.
        with self._lock:
            self._is_done = True

    def cancel(self) -> None:
        with self._lock:
            if not self._is_done:
                for connection in self._connections:
                    _cancel_statement(connection)


def _cancel_statement(connection: Any) -> None:
    """Cancel what a connection of psycopg 3 executes, if it does. Other drivers can't be told.

    Returns when PostgreSQL was told, so that no later statement is cancelled.
    """
    driver = connection.connection
    if hasattr(driver, "cancel_safe") and driver.info.transaction_status == _ACTIVE:
        driver.cancel_safe(timeout=CANCEL_SECONDS)


class _Watch:
    """One thread of this process, which sleeps while nothing runs."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, in a process that was forked: what runs is its parent's to cancel."""
        self._running: dict[int, _Operation] = {}
        self._something_runs = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, operation: _Operation) -> None:
        self._running[id(operation)] = operation
        if not self._something_runs.is_set():
            self._something_runs.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, name="deadlines", daemon=True)
            self._thread.start()

    def discard(self, operation: _Operation) -> None:
        # In a process that was forked within an operation, it is missing.
        self._running.pop(id(operation), None)

    def _look(self) -> None:
        while True:
            self._something_runs.wait()
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            self._something_runs.clear()
            for operation in list(self._running.values()):
                self._something_runs.set()
                if operation.ends_at <= now:
                    _cancel(operation)


def _cancel(operation: _Operation) -> None:
    try:
        operation.cancel()
    except Exception:
        logger.warning("A slow statement could not be cancelled", exc_info=True)


_watch = _Watch()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_watch.forget)


def deadline() -> AbstractContextManager[None]:
    """Cancel what this thread asks PostgreSQL in here once `OPERATION_TIMEOUT` seconds are over."""
    seconds = conf.OPERATION_TIMEOUT
    return nullcontext() if seconds is None else _Operation(seconds)
