"""Receives messages of the channel layer for a whole process, on one channel."""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer

from talk import wakeups
from talk.log_context import start_for_all
from talk.prefix import prefix

logger = logging.getLogger(__name__)

#: Seconds between two messages that the listener sends to itself.
ECHO_SECONDS = 1.0
#: Seconds that the channel layer may take to join or leave a group, even in a busy process.
LAYER_TIMEOUT = 5.0
#: Seconds to wait before it listens again after an error.
RETRY_SECONDS = 1.0


class Listener:
    """Receives the messages of some groups, each once, however often its group was joined.

    `receive` is called with each message. `on_gap` is called when messages may have been lost: when
    it begins to listen, and when the channel layer is back after an outage. Some layers don't
    report an outage (the Redis layer does not), so the listener sends messages to itself. If these
    don't arrive, the layer is away.
    """

    def __init__(
        self, receive: Callable[[dict[str, Any]], None], on_gap: Callable[[], None]
    ) -> None:
        self._receive, self._on_gap = receive, on_gap
        self._layer: Any = get_channel_layer()
        self._channel: str | None = None
        #: How often each group was joined.
        self._groups: Counter[str] = Counter()
        #: The groups that were left while the layer was away.
        self._left: set[str] = set()
        self._changing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        #: The number of the last echo that arrived.
        self._echoed = 0
        #: Whether messages may be lost now.
        self.is_disconnected = True

    def start(self) -> None:
        if self._layer is not None and not self._tasks:
            work = (self._listen(), self._send_echoes())
            self._tasks = [start_for_all(each) for each in work]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        # The layer may forget a channel on which nobody listens.
        self._channel = None
        self._left.clear()
        self.is_disconnected = True

    async def join(self, groups: Iterable[str]) -> None:
        async with self._changing:
            for group in groups:
                self._groups[group] += 1
                if self._groups[group] == 1:
                    await self._call_layer("group_add", group)

    async def leave(self, groups: Iterable[str]) -> None:
        async with self._changing:
            for group in groups:
                self._groups[group] -= 1
                if not self._groups[group]:
                    del self._groups[group]
                    self._left.add(group)
                    if await self._call_layer("group_discard", group):
                        self._left.discard(group)

    async def _call_layer(self, method: str, group: str) -> bool:
        if self.is_disconnected:
            # `_join_all` joins and leaves groups when the layer is back.
            return False
        try:
            async with asyncio.timeout(LAYER_TIMEOUT):
                await getattr(self._layer, method)(group, self._channel)
        except Exception:
            self._disconnect("it did not take a group")
            return False
        return True

    async def _listen(self) -> None:
        while True:
            try:
                # The channel stays the same. With a new one, the layer would keep messages for the
                # old one.
                self._channel = self._channel or await self._layer.new_channel(f"{prefix()}.hub.")
                await self._join_all()
                while True:
                    message = await self._layer.receive(self._channel)
                    if "echo" not in message:
                        self._handle(message)
                        continue
                    self._echoed = max(self._echoed, message["echo"])
                    if self.is_disconnected:
                        logger.warning("The channel layer is back")
                        await self._join_all()
            except Exception:
                self._disconnect("listening failed")
                await asyncio.sleep(RETRY_SECONDS)

    def _handle(self, message: dict[str, Any]) -> None:
        try:
            self._receive(message)
        except Exception:
            # A process of another version of Talk may have sent it.
            logger.warning("A wake-up was not understood", exc_info=True)

    async def _join_all(self) -> None:
        async with asyncio.timeout(LAYER_TIMEOUT), self._changing:
            for group in self._left - set(self._groups):
                await self._layer.group_discard(group, self._channel)
            self._left.clear()
            for group in list(self._groups):
                await self._layer.group_add(group, self._channel)
            self.is_disconnected = False
        self._on_gap()

    async def _send_echoes(self) -> None:
        for number in itertools.count(self._echoed + 1):
            await asyncio.sleep(ECHO_SECONDS)
            if self._channel is None:
                continue
            if not self.is_disconnected and self._echoed < number - 2:
                self._disconnect("no echo comes")
            with suppress(Exception):
                async with asyncio.timeout(ECHO_SECONDS):
                    echo = {"type": wakeups.WAKE_UP, "echo": number}
                    await self._layer.send(self._channel, echo)

    def _disconnect(self, why: str) -> None:
        if not self.is_disconnected:
            logger.warning("The channel layer is away: %s; changes are found by comparing", why)
        self.is_disconnected = True
