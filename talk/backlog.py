"""How far followers and timed jobs are behind, for the metrics of operators.

Each process of the server may be asked for its metrics every few seconds, also while the database
is slow or away. So the numbers are read in a thread, are used again for some seconds, and nobody
waits long for them.
"""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from django.db import connections

from . import followers, timed

logger = logging.getLogger(__name__)

#: Seconds for which numbers are used again.
FRESH_SECONDS = 10.0
#: Seconds for which numbers are used again while the database does not answer.
KEPT_SECONDS = 60.0
#: Seconds that somebody waits for new numbers.
PATIENCE = 1.0


@dataclass(frozen=True)
class Numbers:
    #: Events that each follower has not handled, by its name.
    lag: dict[str, int]
    #: Seconds by which each timed job is late, by its name.
    late: dict[str, float]


class Backlog:
    """The newest numbers that this process has read."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "backlog")
        self._lock = Lock()
        self._reading: Future[None] | None = None
        self._numbers = Numbers({}, {})
        self._read_at = float("-inf")

    def numbers(self) -> Numbers:
        """The numbers. There are none if the database has not answered for a while."""
        if self._age() > FRESH_SECONDS:
            with suppress(TimeoutError):
                self._begin().result(PATIENCE)
        return self._numbers if self._age() < KEPT_SECONDS else Numbers({}, {})

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    def _begin(self) -> "Future[None]":
        """Read the numbers, unless somebody else has begun to."""
        with self._lock:
            if self._reading is None or self._reading.done():
                self._reading = self._thread.submit(self._read)
            return self._reading

    def _read(self) -> None:
        try:
            self._numbers = Numbers(followers.lag(), timed.late())
            self._read_at = time.monotonic()
        except Exception:
            logger.warning("What followers have to do could not be read", exc_info=True)
        finally:
            connections.close_all()
