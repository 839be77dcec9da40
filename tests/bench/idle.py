"""Memory of an idle subscription, in kB per socket: `python -m tests.bench.idle`.

One process of each server holds 1,000 sockets, each with one subscription `conversationChanges`
to which nothing happens. Measured is by how much the resident memory of the process grows for
them, after some sockets were opened that loaded and cached what all of them share. The sockets
subscribe to one conversation, and, in a second process, each to a conversation of its own.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import psutil

from .servers import COMMANDS, described, running, services, written
from .subscribers import Subscribers

#: Sockets that are measured, and sockets that are opened first.
SOCKETS, FIRST = 1_000, 50


async def kb_per_socket(
    server: tuple[psutil.Process, int],
    bearers: Sequence[str],
    conversations: Sequence[str],
    sockets: int = SOCKETS,
) -> float:
    process, port = server
    subscribers = Subscribers(port, bearers, conversations)
    await subscribers.connect(FIRST)
    before = process.memory_info().rss
    await subscribers.connect(sockets)
    grown = process.memory_info().rss - before
    await subscribers.disconnect()
    return round(grown / 1024 / sockets, 1)


def main(servers: Sequence[str]) -> None:
    rows = []
    with services():
        from . import people

        bearers, talks = people.bearers(), people.conversations(FIRST + SOCKETS)
        for server in servers:
            for subscribed in (talks[:1], talks):
                with running(server, "backend.asgi:application") as here:
                    grown = asyncio.run(kb_per_socket(here, bearers, subscribed))
                row = {"server": server, "sockets": SOCKETS, "conversations": len(subscribed)}
                rows.append(row | {"kb_per_idle_socket": grown})
                print(json.dumps(rows[-1]), flush=True)  # noqa: T201
    if set(servers) == set(COMMANDS):
        written("idle", {**described(), "results": rows})


if __name__ == "__main__":
    main(sys.argv[1:] or list(COMMANDS))
