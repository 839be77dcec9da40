"""Open client connections of a process: WebSockets and event streams.

How many each user and each address has, which of them are silent, and how they end when the server
is told to stop.
"""

import asyncio
import logging
import signal
from collections import Counter
from contextlib import suppress
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from talk.conf import conf
from talk.counts import count
from talk.log_context import start_for_all

logger = logging.getLogger(__name__)

#: Seconds between two checks whether clients are still there.
CHECK_SECONDS = 5.0
#: Seconds that connections have to end when the server is told to stop.
DRAIN_SECONDS = 5.0


class Connection(Protocol):
    """A WebSocket or an event stream. It lives as long as its client wants."""

    #: What it is, for the metrics.
    kind: str

    def check_client(self) -> None:
        """Find out whether the client is still there, without waiting for its answer."""

    async def go_away(self) -> None:
        """End the connection. The client is to connect again, to another process."""


class OpenConnections:
    """The open connections of one event loop. SIGTERM ends them before it ends the server."""

    def __init__(self) -> None:
        #: The user of each connection, or None until its credentials were read.
        self._users: dict[Connection, Any] = {}
        #: How many connections each user has.
        self._counts: Counter[Any] = Counter()
        #: How many WebSockets each address has.
        self._addresses: Counter[str] = Counter()
        self._checking: asyncio.Task[None] | None = None
        self._previous_handler: Any = None
        #: Whether the server is about to stop, and takes no new connections.
        self.draining = False

    def enter(self, address: str) -> bool:
        """Count a WebSocket from an address until `leave` is called; False if it has too many."""
        if self._addresses[address] >= conf.MAX_ADDRESS_SOCKETS:
            return False
        self._addresses[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    def add(self, connection: Connection) -> None:
        if not self._users:
            self._checking = start_for_all(self._check_clients())
            self._handle_sigterm()
        self._users[connection] = None
        count.connection(connection.kind, 1)

    def claim(self, connection: Connection, user_pk: Any) -> bool:
        """Count a connection as this user's; False if the user has too many."""
        self._users[connection] = user_pk
        self._counts[user_pk] += 1
        return self._counts[user_pk] <= conf.MAX_USER_SOCKETS

    def discard(self, connection: Connection) -> None:
        if connection in self._users:
            count.connection(connection.kind, -1)
        user_pk = self._users.pop(connection, None)
        if user_pk is not None:
            self._counts[user_pk] -= 1
            if not self._counts[user_pk]:
                del self._counts[user_pk]
        if not self._users and self._checking is not None:
            self._checking.cancel()
            self._checking = None
            self._restore_sigterm()

    def users(self) -> set[Any]:
        """The keys of the users who have a connection."""
        return set(self._counts)

    async def drain(self) -> None:
        """Accept no more connections, and end the open ones."""
        self.draining = True
        await asyncio.gather(*(each.go_away() for each in self._users), return_exceptions=True)
        until = asyncio.get_running_loop().time() + DRAIN_SECONDS
        while self._users and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.05)

    async def _check_clients(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for each in self._users:
                each.check_client()

    # Servers know nothing of the subscriptions on a WebSocket, and some drop WebSockets without a
    # close frame. So this handler takes the signal first, and then raises it again for the server.

    def _handle_sigterm(self) -> None:
        # Python lets only the main thread handle signals. Servers run their event loop there.
        with suppress(ValueError):
            self._previous_handler = signal.signal(signal.SIGTERM, self._on_sigterm)
        self._loop = asyncio.get_running_loop()

    def _restore_sigterm(self) -> None:
        if signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, self._previous_handler or signal.SIG_DFL)

    def _on_sigterm(self, signum: int, frame: Any) -> None:
        signal.signal(signal.SIGTERM, self._previous_handler or signal.SIG_DFL)
        self._loop.call_soon_threadsafe(self._start_draining)

    def _start_draining(self) -> None:
        # The attribute keeps the task from being garbage-collected.
        self._draining_task = start_for_all(self._drain_and_stop())

    async def _drain_and_stop(self) -> None:
        logger.info("Told to stop: closing %d connections", len(self._users))
        await self.drain()
        signal.raise_signal(signal.SIGTERM)


_open: WeakKeyDictionary[asyncio.AbstractEventLoop, OpenConnections] = WeakKeyDictionary()


def open_connections() -> OpenConnections:
    """The open connections of the running event loop."""
    return _open.setdefault(asyncio.get_running_loop(), OpenConnections())
