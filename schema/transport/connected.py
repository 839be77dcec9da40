"""All open sockets of a process: how many each user has, which are silent, and how they end.

It also counts the streams of each user, over sockets and event streams.
"""

import asyncio
import logging
import signal
from collections import Counter
from contextlib import suppress
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from talk.conf import conf

logger = logging.getLogger(__name__)

#: Seconds between two looks at all sockets.
TEND_SECONDS = 5.0
#: Seconds that sockets have to end when the server is told to stop.
DRAIN_SECONDS = 5.0


class Open(Protocol):
    """A socket, or whatever else lives as long as its client wants."""

    def tend(self) -> None:
        """See whether the client is still there. Doesn't wait for it."""

    async def go_away(self) -> None:
        """End it; the client is to connect again, to another process."""


class Sockets:
    """Those of one event loop. While there are some, SIGTERM ends them before the server."""

    def __init__(self) -> None:
        #: All that are open, and whose they are, once that is known.
        self._users: dict[Open, Any] = {}
        self._counts: Counter[Any] = Counter()
        self._addresses: Counter[str] = Counter()
        #: How many streams run for each user.
        self._streams: Counter[Any] = Counter()
        self._tending: asyncio.Task[None] | None = None
        self._previous: Any = None
        self.draining = False

    def enter(self, address: str) -> bool:
        """Count a socket from an address until it is to `leave`; False if there are too many."""
        if self._addresses[address] >= conf.MAX_ADDRESS_SOCKETS:
            return False
        self._addresses[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    def add(self, socket: Open) -> None:
        if not self._users:
            self._tending = asyncio.create_task(self._tend())
            self._hear_sigterm()
        self._users[socket] = None

    def claim(self, socket: Open, user_pk: Any) -> bool:
        """Note whose it is; False if they have too many."""
        self._users[socket] = user_pk
        self._counts[user_pk] += 1
        return self._counts[user_pk] <= conf.MAX_USER_SOCKETS

    def discard(self, socket: Open) -> None:
        user_pk = self._users.pop(socket, None)
        if user_pk is not None:
            self._counts[user_pk] -= 1
            if not self._counts[user_pk]:
                del self._counts[user_pk]
        if not self._users and self._tending is not None:
            self._tending.cancel()
            self._tending = None
            self._unhear_sigterm()

    def begin_stream(self, user_pk: Any) -> bool:
        """Count a stream of a user until it is to `end_stream`; False if too many run."""
        if self._streams[user_pk] >= conf.MAX_USER_STREAMS:
            return False
        self._streams[user_pk] += 1
        return True

    def end_stream(self, user_pk: Any) -> None:
        self._streams[user_pk] -= 1
        if not self._streams[user_pk]:
            del self._streams[user_pk]

    async def drain(self) -> None:
        """Let no more in, and end all there are."""
        self.draining = True
        await asyncio.gather(*(each.go_away() for each in self._users), return_exceptions=True)
        until = asyncio.get_running_loop().time() + DRAIN_SECONDS
        while self._users and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.05)

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(TEND_SECONDS)
            for each in self._users:
                each.tend()

    # Servers know nothing of the streams that run on a socket, and some drop sockets without a
    # word. So the signal is taken first here, and then handed to the server.

    def _hear_sigterm(self) -> None:
        # Only in the main thread, which is where servers run.
        with suppress(ValueError):
            self._previous = signal.signal(signal.SIGTERM, self._on_sigterm)
        self._loop = asyncio.get_running_loop()

    def _unhear_sigterm(self) -> None:
        if signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, self._previous or signal.SIG_DFL)

    def _on_sigterm(self, signum: int, frame: Any) -> None:
        signal.signal(signal.SIGTERM, self._previous or signal.SIG_DFL)
        self._loop.call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        self._leaving = asyncio.create_task(self._drain_and_stop())

    async def _drain_and_stop(self) -> None:
        logger.info("Told to stop: %d sockets are sent away", len(self._users))
        await self.drain()
        signal.raise_signal(signal.SIGTERM)


_sockets: WeakKeyDictionary[asyncio.AbstractEventLoop, Sockets] = WeakKeyDictionary()


def sockets() -> Sockets:
    """Those of the running event loop."""
    return _sockets.setdefault(asyncio.get_running_loop(), Sockets())
