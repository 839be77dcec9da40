"""How much was sent to a client that it has not said to have taken.

Not every server tells how fast a client reads: Daphne takes all that is sent and keeps it in
memory. So the client is asked, by the pings of the protocol, which it answers in turn.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

#: Bytes that a client may be behind with, before it is sent one message more.
WINDOW = 256 * 1024

PING = '{"type":"ping"}'


class Flow:
    """Sends to one client, which is asked twice per window whether it's still there."""

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._unasked = self._unanswered = 0
        #: The pings that were not answered: when each was sent, and how much it asks about.
        self._pings: deque[tuple[float, int]] = deque()
        self._room = asyncio.Event()
        self._room.set()

    async def send(self, text: str) -> None:
        """Send when there is room."""
        # Several may wait, and the first of them may fill the room again.
        while not self._room.is_set():
            await self._room.wait()
        await self.send_at_once(text)

    async def send_at_once(self, text: str) -> None:
        """Send, whether there is room or not. It counts all the same."""
        self._unasked += len(text.encode())
        await self._send(text)
        if self._unasked >= WINDOW // 2:
            await self.ping()

    async def ping(self) -> None:
        self._pings.append((asyncio.get_running_loop().time(), self._unasked))
        self._unanswered += self._unasked
        self._unasked = 0
        if self._unanswered >= WINDOW:
            self._room.clear()
        await self._send(PING)

    def pong(self) -> None:
        """The client has taken all that was sent before its oldest ping."""
        if self._pings:
            _sent_at, size = self._pings.popleft()
            self._unanswered -= size
            if self._unanswered < WINDOW:
                self._room.set()

    @property
    def asked_at(self) -> float | None:
        """Since when an answer is missing, in the time of the event loop."""
        return self._pings[0][0] if self._pings else None
