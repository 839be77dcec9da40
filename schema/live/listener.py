"""The ear of a process: one channel on the channel layer, whatever the layer goes through."""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer

from talk import events
from talk.prefix import prefix

logger = logging.getLogger(__name__)

#: Seconds between two calls into the layer to hear the own echo.
ECHO_SECONDS = 1.0
#: Seconds that the layer may take for a group, and that a busy process may make it seem to take.
PATIENCE = 5.0
#: Seconds before a layer that failed is listened to again.
RETRY_SECONDS = 1.0


class Listener:
    """Hears what is said to some groups, once however often each was joined.

    `hear` gets each doorbell. `missed` is called when doorbells may have been lost: when
    listening begins, and when the layer is back. Not every layer tells that it went away (the
    one of Redis doesn't), so the ear calls itself, and an echo that doesn't come tells.
    """

    def __init__(self, hear: Callable[[dict[str, Any]], None], missed: Callable[[], None]) -> None:
        self._hear, self._missed = hear, missed
        self._layer: Any = get_channel_layer()
        self._channel: str | None = None
        self._groups: Counter[str] = Counter()
        #: What the layer is still to be told that was left.
        self._left: set[str] = set()
        self._changing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._echoed = 0
        #: Whether what is said now may not be heard.
        self.is_disconnected = True

    def start(self) -> None:
        if self._layer is not None and not self._tasks:
            work = (self._listen(), self._call())
            self._tasks = [asyncio.create_task(each) for each in work]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        # The layer may have forgotten a channel that nobody listens to.
        self._channel = None
        self._left.clear()
        self.is_disconnected = True

    async def join(self, groups: Iterable[str]) -> None:
        async with self._changing:
            for group in groups:
                self._groups[group] += 1
                if self._groups[group] == 1:
                    await self._in_layer("group_add", group)

    async def leave(self, groups: Iterable[str]) -> None:
        async with self._changing:
            for group in groups:
                self._groups[group] -= 1
                if not self._groups[group]:
                    del self._groups[group]
                    self._left.add(group)
                    if await self._in_layer("group_discard", group):
                        self._left.discard(group)

    async def _in_layer(self, method: str, group: str) -> bool:
        if self.is_disconnected:
            # When it's back, it is told of all groups.
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                await getattr(self._layer, method)(group, self._channel)
        except Exception:
            self._lose("it did not take a group")
            return False
        return True

    async def _listen(self) -> None:
        while True:
            try:
                # One for good: what is said to another would be kept for nobody.
                self._channel = self._channel or await self._layer.new_channel(f"{prefix()}.hub.")
                await self._join_all()
                while True:
                    doorbell = await self._layer.receive(self._channel)
                    if "echo" not in doorbell:
                        self._take(doorbell)
                        continue
                    self._echoed = max(self._echoed, doorbell["echo"])
                    if self.is_disconnected:
                        logger.warning("The channel layer is back")
                        await self._join_all()
            except Exception:
                self._lose("listening failed")
                await asyncio.sleep(RETRY_SECONDS)

    def _take(self, doorbell: dict[str, Any]) -> None:
        try:
            self._hear(doorbell)
        except Exception:
            # It may be of another version of Talk.
            logger.warning("A doorbell was not understood", exc_info=True)

    async def _join_all(self) -> None:
        async with asyncio.timeout(PATIENCE), self._changing:
            for group in self._left - set(self._groups):
                await self._layer.group_discard(group, self._channel)
            self._left.clear()
            for group in list(self._groups):
                await self._layer.group_add(group, self._channel)
            self.is_disconnected = False
        # While nobody listened anything may have happened.
        self._missed()

    async def _call(self) -> None:
        for number in itertools.count(self._echoed + 1):
            await asyncio.sleep(ECHO_SECONDS)
            if self._channel is None:
                continue
            if not self.is_disconnected and self._echoed < number - 2:
                self._lose("no echo comes")
            with suppress(Exception):
                async with asyncio.timeout(ECHO_SECONDS):
                    echo = {"type": events.DOORBELL, "echo": number}
                    await self._layer.send(self._channel, echo)

    def _lose(self, why: str) -> None:
        if not self.is_disconnected:
            logger.warning("The channel layer is away: %s; the slow timer goes on", why)
        self.is_disconnected = True
