"""The worker: runs all followers and timed jobs, each in a thread of its own."""

import asyncio
import logging
import threading
import time
from math import inf
from typing import Protocol

from django.db import close_old_connections, connections

from . import followers, timed, wakeups
from .following import Following
from .models import FollowerProgress, TimedJob
from .timed import Timing

logger = logging.getLogger(__name__)

#: The longest pause in seconds after an error that is not a follower's or a job's own.
LONGEST_PAUSE = 60.0


def forget_unused() -> None:
    """Delete the rows of followers and jobs that are no longer registered in any process."""
    FollowerProgress.objects.forget_unused(each.name for each in followers.registered())
    TimedJob.objects.forget_unused(each.name for each in timed.registered())


class Work(Protocol):
    @property
    def name(self) -> str: ...

    def step(self) -> float: ...

    def close(self) -> None: ...


class Worker:
    """Several processes may have one: leases let one of them do each work at a time.

    In the process of a server, `loop` is the event loop of the server. The wake-ups for what jobs
    change are sent there.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin in threads, and return."""
        self._threads = [
            threading.Thread(target=self._repeat, args=(work,), name=work.name, daemon=True)
            for work in self._all()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Have the threads end after the event or job that they are at."""
        self._stopped.set()

    def join(self, timeout: float = inf) -> None:
        """Wait until all threads have ended, for so many seconds in all."""
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(None if timeout == inf else max(0.0, deadline - time.monotonic()))

    def run_once(self) -> bool:
        """Do what is due, in this thread. Returns False if some of it could not be done.

        A job or an event that failed is not meant: that is logged, and tried again.
        """
        is_done = True
        for work in self._all():
            if not self._is_stopped():
                is_done &= self._finish(work)
        return is_done

    def _finish(self, work: Work) -> bool:
        try:
            try:
                while work.step() == 0 and not self._is_stopped():
                    pass
            finally:
                work.close()
        except Exception:
            logger.exception("The %s could not be done", work.name)
            return False
        return True

    def _all(self) -> list[Work]:
        following = [Following(each, self._is_stopped) for each in followers.registered()]
        return [*following, *(Timing(each) for each in timed.registered())]

    def _is_stopped(self) -> bool:
        return self._stopped.is_set()

    def _repeat(self, work: Work) -> None:
        wakeups.server_loop.set(self._loop)
        failures = 0
        while not self._is_stopped():
            try:
                pause, failures = work.step(), 0
            except Exception:
                # The database may be away.
                failures += 1
                pause = min(2.0 ** min(failures, 10), LONGEST_PAUSE)
                logger.exception("The %s goes on in %s seconds", work.name, pause)
            # During the pause somebody else can have the connection of a pool.
            close_old_connections()
            self._stopped.wait(pause)
        try:
            work.close()
        except Exception:
            logger.warning("The lease of the %s expires by itself", work.name, exc_info=True)
        finally:
            connections.close_all()
