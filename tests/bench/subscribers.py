"""Clients that subscribe to the changes of a conversation over WebSockets, and time each event."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

DOCUMENT = """subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) {
    revision kind message { number body sentAt sender { id name } }
} }"""
#: Seconds between two clients that connect.
PAUSE = 0.02
OPTIONS: Any = {"compression": None, "ping_interval": None, "open_timeout": 60}


class Subscribers:
    """Clients with one socket and one subscription each.

    `received` has the time at which each event reached each client.
    """

    def __init__(self, port: int, bearers: Sequence[str], conversations: Sequence[str]) -> None:
        self.port, self.bearers, self.conversations = port, bearers, conversations
        self.received: list[float] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = 0

    async def connect(self, count: int) -> None:
        """Connect so many clients more, and wait until their subscriptions are idle."""
        begin = len(self._tasks)
        for number in range(begin, begin + count):
            self._tasks.append(asyncio.create_task(self._listen(number)))
            await asyncio.sleep(PAUSE)
        while self._ready < len(self._tasks):
            await asyncio.sleep(0.05)
            for task in self._tasks:
                if task.done():
                    task.result()
        # The last of them still read what there is already.
        await asyncio.sleep(2)

    async def disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _listen(self, number: int) -> None:
        from websockets.asyncio.client import connect

        address = f"ws://127.0.0.1:{self.port}/graphql"
        bearer = self.bearers[number % len(self.bearers)]
        conversation = self.conversations[number % len(self.conversations)]
        async with connect(address, subprotocols=["graphql-transport-ws"], **OPTIONS) as ws:
            init = {"type": "connection_init", "payload": {"authorization": bearer}}
            await ws.send(json.dumps(init))
            await ws.recv()
            payload = {"query": DOCUMENT, "variables": {"id": conversation}}
            await ws.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            self._ready += 1
            async for frame in ws:
                now = time.monotonic()
                if '"next"' in frame[:60] or '"next"' in frame[-60:]:
                    assert '"errors"' not in frame, frame
                    self.received.append(now)
                elif '"ping"' in frame:
                    await ws.send('{"type":"pong"}')
                else:
                    raise AssertionError(frame)
