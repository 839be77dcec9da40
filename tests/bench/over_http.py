"""Measures Talk, the plain way, a server by hand and the database alone by the same operations."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import psycopg

from . import floor, hand, yardstick
from .crowd import Crowd
from .load import ask_for
from .operations import Operation, operations
from .queries import bearers_of, count_queries
from .servers import COMMANDS, RESULTS, cpu_of, cpu_with_children, running

#: The applications, each with its settings.
APPLICATIONS = {
    "talk": ("backend.asgi:application", "backend.settings"),
    "plain": ("tests.bench.plain_http:application", "tests.bench.plain_settings"),
}
CLIENTS, WARM_UP = 4, 2.0
#: The servers take turns, so that other work of the machine slows down all of them alike.
TURNS, SECONDS = 9, 0.8
#: Seconds for which a profiler samples a server.
PROFILED = 8

#: The process of a server that is measured, and its port.
Running = tuple[psutil.Process, int]
#: The delays of one server in one turn, and its figures.
Turn = tuple[list[float], dict[str, Any]]


def measure(database: psutil.Process, crowd: Crowd) -> list[dict[str, Any]]:
    world = World(database, operations(crowd), floor.statements(crowd))
    return [row for server in COMMANDS for row in world.measure(server)]


class World:
    """The database, the people, the cores and the operations that are measured."""

    def __init__(
        self, database: psutil.Process, asked: list[Operation], alone: Mapping[str, Any]
    ) -> None:
        self.database, self.operations, self.alone = database, asked, alone
        self.bearers = bearers_of(person for each in asked for person in each.people)
        self.cores = sorted(psutil.Process().cpu_affinity())
        self._keep_off(self.cores[1:] or self.cores)

    def measure(self, server: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(
                    running(server, application, self.cores[:1], {"DJANGO_SETTINGS_MODULE": module})
                )
                for name, (application, module) in APPLICATIONS.items()
            }
            if by_hand := stack.enter_context(hand.running(self.cores[:1])):
                servers["by_hand"] = by_hand
            for operation in self.operations:
                compared = servers if operation.compared else {"talk": servers["talk"]}
                found = self._in_turns(operation, compared)
                row = {"server": server, "operation": operation.name, **found.pop("talk"), **found}
                if operation.compared:
                    row["floor"] = self._alone(operation.name)
                rows.append(row)
                print(json.dumps(row), flush=True)  # noqa: T201
                if server == "uvicorn":
                    _profile(servers["talk"][0], operation, servers["talk"][1], self.bearers)
        return rows

    def _in_turns(
        self, operation: Operation, servers: Mapping[str, Running]
    ) -> dict[str, dict[str, Any]]:
        yards: list[dict[str, Any]] = []
        turns = []
        for turn in self.turns(operation, servers):
            turns.append(turn)
            yards.append({"cpu_ms": round(self._yardstick(), 3)})
        found = {name: _together([turn[name] for turn in turns]) for name in servers}
        for name in servers.keys() & APPLICATIONS.keys():
            settings = {"DJANGO_SETTINGS_MODULE": APPLICATIONS[name][1]}
            found[name]["queries"] = count_queries(operation, self.bearers, settings)
        return found | {"yardstick": _of_turns(yards)}

    def turns(
        self, operation: Operation, servers: Mapping[str, Running], turns: int = TURNS
    ) -> Iterator[dict[str, Turn]]:
        """Warm the servers up, and measure them in turn."""
        for _process, port in servers.values():
            asyncio.run(ask_for(operation, port, self.bearers, CLIENTS, WARM_UP))
        for _turn in range(turns):
            yield {name: self._asked(operation, *server) for name, server in servers.items()}

    def _asked(self, operation: Operation, process: psutil.Process, port: int) -> Turn:
        before = self._used(process)
        got = asyncio.run(ask_for(operation, port, self.bearers, CLIENTS, SECONDS))
        after = self._used(process)
        figures = _figures(got.delays, got.seconds, before, after)
        return got.delays, figures | {"bytes": got.bytes // len(got.delays)}

    def _yardstick(self) -> float:
        """Milliseconds of the yardstick's work on the core of the servers, which are idle now."""
        here = psutil.Process()
        elsewhere = here.cpu_affinity()
        here.cpu_affinity(self.cores[:1])
        try:
            return yardstick.cpu_ms()
        finally:
            here.cpu_affinity(elsewhere)

    def _alone(self, name: str) -> dict[str, Any]:
        """Execute the statement of the floor in this process, one after the other."""
        ask, delays, size = self.alone[name], [], 0
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            for turn in range(50):
                ask(connection, turn)
            before, begun = self._used(psutil.Process()), time.perf_counter()
            while (now := time.perf_counter()) < begun + 2 * SECONDS:
                size += len(ask(connection, len(delays)).encode())
                delays.append(time.perf_counter() - now)
            seconds, after = time.perf_counter() - begun, self._used(psutil.Process())
        counted = {"queries": 1, "bytes": size // len(delays)}
        return _figures(delays, seconds, before, after) | _percentiles(delays) | counted

    def _used(self, process: psutil.Process) -> tuple[float, float]:
        return cpu_of(process), cpu_with_children(self.database)

    def _keep_off(self, cores: list[int]) -> None:
        for process in (psutil.Process(), self.database, *self.database.children()):
            process.cpu_affinity(cores)


def _figures(
    delays: list[float],
    seconds: float,
    before: tuple[float, float],
    after: tuple[float, float],
) -> dict[str, Any]:
    cpu, db_cpu = ((end - start) * 1000 for start, end in zip(before, after, strict=True))
    return {
        "requests_per_s": round(len(delays) / seconds, 1),
        "cpu_ms": round(cpu / len(delays), 3),
        "db_cpu_ms": round(db_cpu / len(delays), 3),
    }


def _percentiles(delays: list[float]) -> dict[str, float]:
    ordered = sorted(delays)
    return {
        f"p{percent}_ms": round(ordered[len(ordered) * percent // 100] * 1000, 2)
        for percent in (50, 99)
    }


def _together(turns: list[Turn]) -> dict[str, Any]:
    """The figures of the turns, and the percentiles of all their delays."""
    delays = [delay for delays, _figures in turns for delay in delays]
    return _of_turns([figures for _delays, figures in turns]) | _percentiles(delays)


def _of_turns(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The middle figures, and the CPU times of the quietest turn.

    Other work of the machine, or of the host of a virtual machine, makes these times longer and
    never shorter: the shortest is nearest to the time of the work itself.
    """
    middle = {name: statistics.median(each[name] for each in turns) for name in turns[0]}
    quietest = min(turns, key=lambda each: each["cpu_ms"])
    times = {name: quietest[name] for name in quietest if name.endswith("cpu_ms")}
    return middle | {f"quiet_{name}": each for name, each in times.items()}


def _profile(
    process: psutil.Process, operation: Operation, port: int, bearers: Mapping[int, str]
) -> None:
    """Write a profile of the server, if this system lets a profiler read its memory."""
    stacks = RESULTS / f"{operation.name}.stacks"
    command = ["record", "--pid", str(process.pid), "--gil", "--format", "raw"]
    options = ["--duration", str(PROFILED), "--output", str(stacks)]
    profiler = subprocess.Popen(
        [str(Path(sys.executable).with_name("py-spy")), *command, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asyncio.run(ask_for(operation, port, dict(bearers), CLIENTS, PROFILED + 1))
    profiler.wait()
    if not stacks.exists():
        return
    lines = stacks.read_text(encoding="utf-8").splitlines()
    stacks.unlink()
    text = summary([line.rpartition(" ") for line in lines if " " in line])
    (RESULTS / "profiles").mkdir(exist_ok=True)
    (RESULTS / "profiles" / f"{operation.name}.txt").write_text(text, encoding="utf-8")


def summary(stacks: list[tuple[str, str, str]]) -> str:
    """The functions that take most of the time: alone, and with the functions that they call."""
    own: dict[str, int] = {}
    total: dict[str, int] = {}
    for stack, _space, samples in stacks:
        frames = stack.split(";")
        own[frames[-1]] = own.get(frames[-1], 0) + int(samples)
        for frame in set(frames):
            total[frame] = total.get(frame, 0) + int(samples)
    everything = sum(own.values())
    text = ""
    for title, counted in (("By itself", own), ("With what it calls", total)):
        text += f"{title}\n"
        most = sorted(counted.items(), key=lambda each: -each[1])[:40]
        text += "".join(f"{count / everything:6.1%}  {frame}\n" for frame, count in most)
    return text
