"""What several server processes on one machine cost: `python -m tests.bench.processes`.

One, two and four processes answer the same clients over HTTP, and deliver the same messages to the
same subscribers of one conversation. Measured is the CPU time of all server processes, and of the
database, for one answer and one delivery. Clients, servers, PostgreSQL and Valkey share the cores
of this machine, so answers per second say how far these reach, and not how far the servers do.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psutil

from .servers import cpu_of, cpu_with_children, described, running, services, written
from .subscribers import Subscribers

if TYPE_CHECKING:
    from .operations import Operation
    from .people import Say

PROCESSES = (1, 2, 4)
#: The counts of processes take turns, so that other work of the machine slows down all alike.
TURNS = 5
CLIENTS, SECONDS = 8, 3.0
SUBSCRIBERS, MESSAGES = 400, 10

Servers = Sequence[tuple[psutil.Process, int]]


def used(servers: Servers, database: psutil.Process) -> tuple[float, float]:
    return sum(cpu_of(process) for process, _port in servers), cpu_with_children(database)


async def answers(
    servers: Servers, database: psutil.Process, operation: "Operation", bearers: dict[int, str]
) -> dict[str, float]:
    from .load import ask_for

    async def ask(seconds: float) -> int:
        shares = (
            ask_for(operation, port, bearers, CLIENTS // len(servers), seconds)
            for _process, port in servers
        )
        return sum(len(each.delays) for each in await asyncio.gather(*shares))

    await ask(1.0)
    before, begun = used(servers, database), time.perf_counter()
    count = await ask(SECONDS)
    seconds, after = time.perf_counter() - begun, used(servers, database)
    server, stored = (end - start for start, end in zip(before, after, strict=True))
    return {
        "answers_per_s": count / seconds,
        "cpu_ms_per_answer": server * 1000 / count,
        "db_cpu_ms_per_answer": stored * 1000 / count,
    }


async def deliveries(
    servers: Servers, database: psutil.Process, listening: Sequence[Subscribers], say: "Say"
) -> dict[str, float]:
    def received() -> int:
        return sum(len(each.received) for each in listening)

    delays: list[float] = []
    before = used(servers, database)
    for _message in range(MESSAGES):
        seen = [len(each.received) for each in listening]
        due = received() + SUBSCRIBERS
        said_at = await asyncio.to_thread(say)
        until = time.monotonic() + 30
        while received() < due:
            assert time.monotonic() < until, "something was lost"
            await asyncio.sleep(0.002)
        for each, count in zip(listening, seen, strict=True):
            delays += [(at - said_at) * 1000 for at in each.received[count:]]
    server, stored = (
        end - start for start, end in zip(before, used(servers, database), strict=True)
    )
    return {
        "cpu_ms_per_delivery": server * 1000 / (MESSAGES * SUBSCRIBERS),
        "db_cpu_ms_per_message": stored * 1000 / MESSAGES,
        "p50_ms": statistics.median(delays),
    }


async def measure(
    groups: dict[int, Servers],
    database: psutil.Process,
    operation: "Operation",
    people: Sequence[str],
    say: "Say",
) -> list[dict[str, Any]]:
    conversation = operation.variables(0)["id"]
    tokens = (each.removeprefix("Bearer ") for each in people)
    keys = dict(zip(operation.people, tokens, strict=True))
    listening = {
        count: [Subscribers(port, people, [conversation]) for _process, port in servers]
        for count, servers in groups.items()
    }
    figures: dict[int, list[dict[str, float]]] = {count: [] for count in groups}
    for _turn in range(TURNS):
        for count, servers in groups.items():
            figures[count].append(await answers(servers, database, operation, keys))
    for count, servers in groups.items():
        # Of one count at a time: a message wakes all processes that listen.
        for each in listening[count]:
            await each.connect(SUBSCRIBERS // count)
        await asyncio.to_thread(say)
        await asyncio.sleep(3)
        found = [await deliveries(servers, database, listening[count], say) for _ in range(TURNS)]
        for turn, more in zip(figures[count], found, strict=True):
            turn |= more
        for each in listening[count]:
            await each.disconnect()
    return [{"processes": count, **_medians(turns)} for count, turns in figures.items()]


def _medians(turns: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(turn[name] for turn in turns), 3) for name in turns[0]}


def main(server: str) -> None:
    with services() as database, ExitStack() as stack:
        from django.contrib.auth import get_user_model

        from . import people
        from .operations import THREAD, Operation

        bearers, (conversation,) = people.bearers(), people.conversations(1)
        keys = list(get_user_model().objects.order_by("pk").values_list("pk", flat=True))
        say = people.saying(conversation)
        for _message in range(60):
            say()
        operation = Operation("thread", THREAD, keys, lambda _turn: {"id": conversation})
        groups = {
            count: [
                stack.enter_context(running(server, "backend.asgi:application"))
                for _process in range(count)
            ]
            for count in PROCESSES
        }
        rows = asyncio.run(measure(groups, database, operation, bearers, say))
        for row in rows:
            print(json.dumps(row), flush=True)  # noqa: T201
        written("processes", {**described(), "server": server, "results": rows})


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "uvicorn")
