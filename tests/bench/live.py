"""What a delivery costs, and how long it takes: `python -m tests.bench.live`.

One process of each server delivers what another process says to so many subscribers of one
conversation. Measured is the CPU time of the server, divided by the deliveries, for Talk and for
the plain way in one run, so the ratio holds on any machine.
"""

import asyncio
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import psutil

from .servers import COMMANDS, RESULTS, cpu_of, running, services

SUBSCRIBERS = (10, 200, 1_000)
#: Deliveries that are measured, at least, and messages.
DELIVERIES, MESSAGES = 6_000, 15
DOCUMENT = """subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) {
    revision kind message { number body sentAt sender { id name } }
} }"""
BODY = "Shall we meet at the harbour at eight, or is that too early for you?"


class Audience:
    """Subscribers, and when each event reached each of them."""

    def __init__(self, port: int, bearers: list[str], conversation: str) -> None:
        self.port, self.bearers, self.conversation = port, bearers, conversation
        self.received: list[float] = []
        self._ready = 0

    async def gather(self, count: int) -> None:
        self._tasks = [asyncio.create_task(self._listen(number)) for number in range(count)]
        while self._ready < count:
            await asyncio.sleep(0.05)
            for task in self._tasks:
                if task.done():
                    task.result()
        # The last of them reads what there is, and is at rest then.
        await asyncio.sleep(2)

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _listen(self, number: int) -> None:
        from websockets.asyncio.client import connect

        address = f"ws://127.0.0.1:{self.port}/graphql"
        bearer = self.bearers[number % len(self.bearers)]
        await asyncio.sleep(number * 0.02)
        options: Any = {"compression": None, "ping_interval": None, "open_timeout": 60}
        async with connect(address, subprotocols=["graphql-transport-ws"], **options) as ws:
            init = {"type": "connection_init", "payload": {"authorization": bearer}}
            await ws.send(json.dumps(init))
            await ws.recv()
            payload = {"query": DOCUMENT, "variables": {"id": self.conversation}}
            await ws.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            self._ready += 1
            async for frame in ws:
                now = time.monotonic()
                if '"next"' in frame[:60] or '"next"' in frame[-60:]:
                    assert '"errors"' not in frame, frame
                    self.received.append(now)
                elif '"ping"' in frame:
                    await ws.send('{"type":"pong"}')


async def measure(
    server: tuple[psutil.Process, int],
    audience: Audience,
    count: int,
    say: Callable[[], float],
) -> dict[str, float]:
    process, _port = server
    idle = process.memory_info().rss
    await audience.gather(count)
    kilobytes = (process.memory_info().rss - idle) / 1024 / count
    # Until all of them hear it: some may have been a little late.
    for _ in range(20):
        audience.received.clear()
        await asyncio.to_thread(say)
        await asyncio.sleep(2)
        if len(audience.received) == count:
            break
    messages = max(MESSAGES, DELIVERIES // count)
    delays, begun = [], cpu_of(process)
    for _ in range(messages):
        before = len(audience.received)
        said_at = await asyncio.to_thread(say)
        until = time.monotonic() + 30
        while len(audience.received) < before + count:
            assert time.monotonic() < until, "something was lost"
            await asyncio.sleep(0.002)
        delays += [(at - said_at) * 1000 for at in audience.received[before:]]
    used = cpu_of(process) - begun
    await audience.leave()
    delays.sort()
    return {
        "cpu": round(used * 1000 / (messages * count), 4),
        "p50": round(statistics.median(delays), 1),
        "p99": round(delays[int(len(delays) * 0.99)], 1),
        "kb": round(kilobytes, 1),
    }


def main() -> None:
    with services():
        from . import people

        rows = []
        with people.world() as (bearers, conversation, say, say_plainly):
            for server in COMMANDS:
                for count in SUBSCRIBERS:
                    with running(server, "backend.asgi:application") as here:
                        audience = Audience(here[1], bearers, conversation)
                        ours = asyncio.run(measure(here, audience, count, say))
                    with running(server, "tests.bench.plain_live:application") as here:
                        audience = Audience(here[1], bearers, conversation)
                        plain = asyncio.run(measure(here, audience, count, say_plainly))
                    rows.append(
                        {
                            "server": server,
                            "subscribers": count,
                            "cpu_ms_per_delivery": ours["cpu"],
                            "plain_cpu_ms_per_delivery": plain["cpu"],
                            "p50_ms": ours["p50"],
                            "p99_ms": ours["p99"],
                            "kb_per_idle_socket": ours["kb"],
                        }
                    )
                    print(json.dumps(rows[-1]), flush=True)  # noqa: T201
    found = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "results": rows,
    }
    (RESULTS / "live.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
