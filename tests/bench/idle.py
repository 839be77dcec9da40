"""What idle subscriptions cost: `python -m tests.bench.idle`.

One process of each server holds sockets, each with one subscription `conversationChanges` to which
nothing happens. Measured is by how much the resident memory of the process grows for them, after
some sockets were opened that loaded and cached what all of them share, and how much CPU time it
then takes in a second. 1,000 sockets subscribe to one conversation, in a second process each to a
conversation of its own, and in a third one 5,000 to one conversation.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import psutil

from .servers import COMMANDS, cpu_of, described, running, services, written
from .subscribers import Subscribers

#: Sockets that are opened first, and are not measured.
FIRST = 50
#: How many sockets are measured, and whether each has a conversation of its own.
MEASURED = ((1_000, False), (1_000, True), (5_000, False))
#: Seconds for which nothing happens, some intervals of what a server does of its own accord.
IDLE_SECONDS = 30.0


async def measure(
    server: tuple[psutil.Process, int],
    bearers: Sequence[str],
    conversations: Sequence[str],
    sockets: int,
) -> dict[str, float]:
    process, port = server
    subscribers = Subscribers(port, bearers, conversations)
    await subscribers.connect(FIRST)
    before = process.memory_info().rss
    await subscribers.connect(sockets)
    grown = process.memory_info().rss - before
    begun = cpu_of(process)
    await asyncio.sleep(IDLE_SECONDS)
    used = cpu_of(process) - begun
    await subscribers.disconnect()
    return {
        "kb_per_idle_socket": round(grown / 1024 / sockets, 1),
        "idle_cpu_ms_per_s": round(used * 1000 / IDLE_SECONDS, 1),
    }


def main(servers: Sequence[str]) -> None:
    rows = []
    with services():
        from . import people

        bearers, talks = people.bearers(), people.conversations(FIRST + 1_000)
        for server in servers:
            for sockets, is_own in MEASURED:
                subscribed = talks if is_own else talks[:1]
                with running(server, "backend.asgi:application") as here:
                    found = asyncio.run(measure(here, bearers, subscribed, sockets))
                row = {"server": server, "sockets": sockets, "conversations": len(subscribed)}
                rows.append(row | found)
                print(json.dumps(rows[-1]), flush=True)  # noqa: T201
    if set(servers) == set(COMMANDS):
        written("idle", {**described(), "results": rows})


if __name__ == "__main__":
    main(sys.argv[1:] or list(COMMANDS))
