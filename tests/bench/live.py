"""CPU time and delay of a delivery to subscribers: `python -m tests.bench.live`.

One process of each server delivers the messages of another process to so many subscribers of one
conversation. Measured is the CPU time of the server, divided by the deliveries, for Talk and for
the plain way in one run, so that the ratio holds on any machine. `idle` measures the memory.
"""

import asyncio
import json
import statistics
import time
from typing import TYPE_CHECKING

import psutil

from .servers import COMMANDS, cpu_of, described, running, services, written
from .subscribers import Subscribers

if TYPE_CHECKING:
    from .people import Say

SUBSCRIBERS = (10, 200, 1_000)
#: The least number of deliveries that are measured, and of messages.
DELIVERIES, MESSAGES = 6_000, 15
#: Talk, and the same the plain way.
APPLICATIONS = {
    "": "backend.asgi:application",
    "plain_": "tests.bench.plain_live:application",
}


async def measure(
    process: psutil.Process, subscribers: Subscribers, count: int, say: "Say"
) -> dict[str, float]:
    await subscribers.connect(count)
    # Until all of them receive a message: some subscriptions may have begun a little late.
    for _ in range(20):
        subscribers.received.clear()
        await asyncio.to_thread(say)
        await asyncio.sleep(2)
        if len(subscribers.received) == count:
            break
    messages = max(MESSAGES, DELIVERIES // count)
    delays, begun = [], cpu_of(process)
    for _ in range(messages):
        before = len(subscribers.received)
        said_at = await asyncio.to_thread(say)
        until = time.monotonic() + 30
        while len(subscribers.received) < before + count:
            assert time.monotonic() < until, "something was lost"
            await asyncio.sleep(0.002)
        delays += [(at - said_at) * 1000 for at in subscribers.received[before:]]
    used = cpu_of(process) - begun
    await subscribers.disconnect()
    delays.sort()
    return {
        "cpu_ms_per_delivery": round(used * 1000 / (messages * count), 4),
        "p50_ms": round(statistics.median(delays), 1),
        "p99_ms": round(delays[int(len(delays) * 0.99)], 1),
    }


def main() -> None:
    rows = []
    with services():
        # Now that Django is set up.
        from . import people

        bearers, (conversation,) = people.bearers(), people.conversations(1)
        says = {"": people.saying(conversation), "plain_": people.say_plainly}
        for server in COMMANDS:
            for count in SUBSCRIBERS:
                row: dict[str, object] = {"server": server, "subscribers": count}
                for prefix, application in APPLICATIONS.items():
                    with running(server, application) as (process, port):
                        subscribers = Subscribers(port, bearers, [conversation])
                        found = asyncio.run(measure(process, subscribers, count, says[prefix]))
                    row |= {f"{prefix}{name}": figure for name, figure in found.items()}
                rows.append(row)
                print(json.dumps(row), flush=True)  # noqa: T201
    written("live", {**described(), "results": rows})


if __name__ == "__main__":
    main()
