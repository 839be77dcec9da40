"""Cancels the SQL statements of an operation that runs longer than `OPERATION_TIMEOUT`.

PostgreSQL's own `statement_timeout` does not fit. It is a setting of a connection, and connections
are shared by a pool or a proxy. To set it for each operation would cost a round trip. To leave it
set would cancel the migration that gets the connection next. It also limits each statement alone,
and an operation has many.
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

#: Seconds between two checks of the deadlines, and between two cancellations of one operation.
CHECK_SECONDS = 0.25
#: Seconds that PostgreSQL may take to receive a cancellation.
CANCEL_SECONDS = 2.0
#: libpq's status of a connection that executes a statement: `PQTRANS_ACTIVE`.
_ACTIVE = 1


class _Deadline:
    """A context manager for the deadline of an operation, which begins and ends in one thread."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        #: Django's connections of this thread, which executes the operation.
        self._connections: Sequence[Any] = connections.all()
        self._lock = threading.Lock()
        self._is_done = False

    def __enter__(self) -> None:
        _watchdog.add(self)

    def __exit__(self, *raised: object) -> None:
        _watchdog.discard(self)
        # Waits for a running cancellation, which must not hit the next operation.
        with self._lock:
            self._is_done = True

    def cancel(self) -> None:
        with self._lock:
            if not self._is_done:
                for connection in self._connections:
                    _cancel_statement(connection)


def _cancel_statement(connection: Any) -> None:
    """Cancel the running statement of a psycopg 3 connection. Other drivers have no way to do it.

    It returns when PostgreSQL has the request, so that no later statement is cancelled.
    """
    driver = connection.connection
    if hasattr(driver, "cancel_safe") and driver.info.transaction_status == _ACTIVE:
        driver.cancel_safe(timeout=CANCEL_SECONDS)


class _Watchdog:
    """A thread of this process that checks all deadlines. It sleeps while no operation runs."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start empty in a forked process: the parent process cancels its own operations."""
        self._running: dict[int, _Deadline] = {}
        self._has_running = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, deadline: _Deadline) -> None:
        self._running[id(deadline)] = deadline
        if not self._has_running.is_set():
            self._has_running.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._check, name="deadlines", daemon=True)
            self._thread.start()

    def discard(self, deadline: _Deadline) -> None:
        # It is missing in a process that was forked within an operation.
        self._running.pop(id(deadline), None)

    def _check(self) -> None:
        while True:
            self._has_running.wait()
            time.sleep(CHECK_SECONDS)
            now = time.monotonic()
            self._has_running.clear()
            for deadline in list(self._running.values()):
                self._has_running.set()
                if deadline.ends_at <= now:
                    _cancel(deadline)


def _cancel(deadline: _Deadline) -> None:
    try:
        deadline.cancel()
    except Exception:
        logger.warning("A slow statement could not be cancelled", exc_info=True)


_watchdog = _Watchdog()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_watchdog.reset)


def deadline() -> AbstractContextManager[None]:
    """A context manager whose statements are cancelled after `OPERATION_TIMEOUT` seconds."""
    seconds = conf.OPERATION_TIMEOUT
    return nullcontext() if seconds is None else _Deadline(seconds)
