"""Backpressure: holds back messages for a client that has not read the ones before.

Servers don't tell how fast a client reads. Daphne takes whatever it is given and keeps it in
memory. So the client is asked by the protocol's pings, which it answers in the order in which they
came: with a pong it has also read all that was sent before the ping.
"""

import asyncio
from collections.abc import Awaitable, Callable

#: Bytes that a client may have left unread when it is sent one more message.
WINDOW = 256 * 1024

PING = '{"type":"ping"}'


class FlowControl:
    """Sends messages to one client, and pings it twice per `WINDOW`."""

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        #: Bytes that were sent since the last ping, and before it but not yet acknowledged.
        self._since_ping = self._unacknowledged = 0
        #: The unanswered pings: when each was sent, and how many bytes its pong acknowledges.
        self._pings: list[tuple[float, int]] = []
        #: Set when there is room again. None while there is, as nearly always.
        self._room: asyncio.Event | None = None

    async def send(self, text: str) -> None:
        """Send as soon as less than `WINDOW` is unread."""
        # Several senders may wait, and the first of them may fill the window again.
        while self._room is not None:
            await self._room.wait()
        await self.send_at_once(text)

    async def send_at_once(self, text: str) -> None:
        """Send without waiting. The message counts as unread all the same."""
        self._since_ping += len(text.encode())
        await self._send(text)
        if self._since_ping >= WINDOW // 2:
            await self.ping()

    async def ping(self) -> None:
        self._pings.append((asyncio.get_running_loop().time(), self._since_ping))
        self._unacknowledged += self._since_ping
        self._since_ping = 0
        if self._unacknowledged >= WINDOW and self._room is None:
            self._room = asyncio.Event()
        await self._send(PING)

    def pong(self) -> None:
        """The client has read all that was sent before its oldest unanswered ping."""
        if self._pings:
            _sent_at, size = self._pings.pop(0)
            self._unacknowledged -= size
            if self._unacknowledged < WINDOW and self._room is not None:
                self._room.set()
                self._room = None

    @property
    def waits_since(self) -> float | None:
        """When the oldest unanswered ping was sent, in the event loop's time."""
        return self._pings[0][0] if self._pings else None
