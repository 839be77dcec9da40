"""Limits the time of one run of a timed job, so that its worker can stop between two runs."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

#: Seconds after which a run begins nothing more.
MOST_SECONDS = 30.0

Row = TypeVar("Row")


def within_run(due: Callable[[], Sequence[Row]]) -> Iterator[Row]:
    """What `due` finds, again and again, until there is nothing more or the time is over."""
    ends_at = time.monotonic() + MOST_SECONDS
    while found := due():
        for row in found:
            yield row
            if time.monotonic() > ends_at:
                return
