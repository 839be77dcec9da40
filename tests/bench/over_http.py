"""Talk, the plain way, one by hand and the database alone, asked the same by the same people."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
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
#: The servers take turns, so that what else the machine does slows down all of them alike.
TURNS, SECONDS = 9, 0.8
#: Seconds for which a profiler looks on.
PROFILED = 8

#: A server that is measured, and where it listens.
Running = tuple[psutil.Process, int]


def measure(database: psutil.Process, crowd: Crowd) -> list[dict[str, Any]]:
    world = World(database, operations(crowd), floor.statements(crowd))
    return [row for server in COMMANDS for row in world.measure(server)]


class World:
    """What is measured: where, with whom, and which operations."""

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
                found = self._in_turns(operation, servers)
                row = {"server": server, "operation": operation.name, **found.pop("talk"), **found}
                row["floor"] = self._alone(operation.name)
                rows.append(row)
                print(json.dumps(row), flush=True)  # noqa: T201
                if server == "uvicorn":
                    _profile(servers["talk"][0], operation, servers["talk"][1], self.bearers)
        return rows

    def _in_turns(
        self, operation: Operation, servers: Mapping[str, Running]
    ) -> dict[str, dict[str, Any]]:
        for _process, port in servers.values():
            asyncio.run(ask_for(operation, port, self.bearers, CLIENTS, WARM_UP))
        turns, yards = [], []
        for _turn in range(TURNS):
            turns.append({name: self._asked(operation, *at) for name, at in servers.items()})
            yards.append({"cpu_ms": round(self._yardstick(), 3)})
        found = {name: _together([turn[name] for turn in turns]) for name in servers}
        for name, (_application, module) in APPLICATIONS.items():
            found[name]["queries"] = count_queries(operation, self.bearers, module)
        return found | {"yardstick": _of_turns(yards)}

    def _asked(
        self, operation: Operation, process: psutil.Process, port: int
    ) -> tuple[list[float], dict[str, Any]]:
        """In one turn, the delays and the figures."""
        before = self._used(process)
        got = asyncio.run(ask_for(operation, port, self.bearers, CLIENTS, SECONDS))
        after = self._used(process)
        figures = _figures(got.delays, got.seconds, before, after)
        return got.delays, figures | {"bytes": got.bytes // len(got.delays)}

    def _yardstick(self) -> float:
        """The yardstick's work, where the servers do theirs, who have nothing to do now."""
        here = psutil.Process()
        elsewhere = here.cpu_affinity()
        here.cpu_affinity(self.cores[:1])
        try:
            return yardstick.cpu_ms()
        finally:
            here.cpu_affinity(elsewhere)

    def _alone(self, name: str) -> dict[str, Any]:
        """The statement of the floor, one after the other, in this process."""
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


def _together(turns: list[tuple[list[float], dict[str, Any]]]) -> dict[str, Any]:
    """The figures of the turns, and the percentiles of all their delays."""
    delays = [delay for delays, _figures in turns for delay in delays]
    return _of_turns([figures for _delays, figures in turns]) | _percentiles(delays)


def _of_turns(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The middle figures, and the CPU times of the quietest turn.

    What else runs on a machine, or on the one that it's a part of, adds to these and never takes
    away: the least is nearest to what the work itself takes.
    """
    middle = {name: statistics.median(each[name] for each in turns) for name in turns[0]}
    quietest = min(turns, key=lambda each: each["cpu_ms"])
    times = {name: quietest[name] for name in quietest if name.endswith("cpu_ms")}
    return middle | {f"quiet_{name}": each for name, each in times.items()}


def _profile(
    process: psutil.Process, operation: Operation, port: int, bearers: Mapping[int, str]
) -> None:
    """Write down in which functions the server is, as far as a profiler may look."""
    stacks = RESULTS / f"{operation.name}.stacks"
    command = ["record", "--pid", str(process.pid), "--gil", "--format", "raw"]
    options = ["--duration", str(PROFILED), "--output", str(stacks)]
    looking = subprocess.Popen(
        [str(Path(sys.executable).with_name("py-spy")), *command, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asyncio.run(ask_for(operation, port, dict(bearers), CLIENTS, PROFILED + 1))
    looking.wait()
    if not stacks.exists():
        return
    lines = stacks.read_text(encoding="utf-8").splitlines()
    stacks.unlink()
    text = summary([line.rpartition(" ") for line in lines if " " in line])
    (RESULTS / "profiles").mkdir(exist_ok=True)
    (RESULTS / "profiles" / f"{operation.name}.txt").write_text(text, encoding="utf-8")


def summary(stacks: list[tuple[str, str, str]]) -> str:
    """The functions in which most of the time is spent: by themselves, and with what they call."""
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
