"""Timed jobs: functions that `manage.py work` calls again and again."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router

from .models import TimedJob

logger = logging.getLogger(__name__)

#: Seconds after which a running job renews its lease.
RENEW_SECONDS = 10.0
#: The least and the most seconds between two looks at whether a job is due that others may run.
LOOK_SECONDS = (0.2, 60.0)


@dataclass(frozen=True)
class Job:
    name: str
    run: Callable[[], object]
    every: timedelta


_registered: dict[str, Job] = {}


def register(name: str, run: Callable[[], object], every: timedelta) -> None:
    """Have `manage.py work` call `run` at most this often. To be called in the `ready` of an app.

    One process at a time calls it. If it raises, that is logged, and it is called the next time. A
    process may be killed at any point, or stand still until another takes over. So what `run` does
    must be safe to do again, and at the same time.
    """
    job = Job(name, run, every)
    if _registered.setdefault(name, job) != job:
        raise ImproperlyConfigured(f"Two timed jobs have the name {name!r}.")


def registered() -> list[Job]:
    return list(_registered.values())


def late() -> dict[str, float]:
    """By how many seconds each registered job is late, by its name. Infinite if it never ran."""
    begun = _rows().seconds_since_begun()
    return {
        each.name: max(0.0, begun.get(each.name, inf) - each.every.total_seconds())
        for each in registered()
    }


class Timing:
    """One process's work for one job. `step` is to be called again and again."""

    def __init__(self, job: Job) -> None:
        self._job, self._holder = job, uuid4()

    @property
    def name(self) -> str:
        return f"timed job {self._job.name}"

    def step(self) -> float:
        """Run the job if it is due. Returns after how many seconds to look again."""
        job, every = self._job, self._job.every.total_seconds()
        least, most = LOOK_SECONDS
        if not _rows().take_due(job.name, self._holder, job.every):
            # If the process that ran it ends, the next run is late by a fifth of `every`.
            return max(least, min(every / 5, most))
        begun = time.monotonic()
        with _kept(job.name, self._holder):
            try:
                job.run()
            except Exception:
                logger.exception("The timed job %s failed", job.name)
        return max(least, begun + every - time.monotonic())

    def close(self) -> None:
        """Nothing is held between two steps."""


def _rows() -> Any:
    return TimedJob.objects.using(router.db_for_write(TimedJob))


@contextmanager
def _kept(name: str, holder: UUID) -> Iterator[None]:
    """Renew the lease of a job in a thread while it runs, and release it then."""
    done = threading.Event()

    def renew() -> None:
        try:
            while not done.wait(RENEW_SECONDS):
                _rows().renew(name, holder)
        except Exception:
            # Another process may then begin the job, which is safe.
            logger.warning("The lease of the job %s was not renewed", name, exc_info=True)
        finally:
            connections.close_all()

    thread = threading.Thread(target=renew, name=f"lease of {name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        _rows().release(name, holder)
