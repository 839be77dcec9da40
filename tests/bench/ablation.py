"""Measures what parts of Talk are worth, by a server of Talk without each of them.

The servers take turns. The figures are the CPU time of the server and of the database for one
operation, divided by those of the whole in the same turn: the median of all turns.
"""

import json
import os
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import psutil

from .operations import Operation, operations
from .queries import count_queries
from .servers import running

#: The environment variables that switch a part off.
PARTS: dict[str, dict[str, str]] = {
    "plans": {"PLANS": "0"},
    "prepared": {"PREPARED_QUERIES": "0"},
    "prepared-statements": {"DATABASE_PREPARE_THRESHOLD": "0"},
    "server-side-binding": {"DATABASE_URL": "server_side_binding=0"},
    "pool": {"DJANGO_SETTINGS_MODULE": "tests.bench.unpooled_settings"},
    "threads": {"THREADS": "0"},
}
TURNS = 12
WHOLE = "whole"


def measure(database: psutil.Process, crowd: Any, variants: list[str]) -> list[dict[str, Any]]:
    """The rows of each variant, which is one part or several with commas between them."""
    from .over_http import World

    world = World(database, operations(crowd), {})
    environments = {WHOLE: {}} | {variant: _environment(variant) for variant in variants}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                running("uvicorn", "backend.asgi:application", world.cores[:1], environment)
            )
            for name, environment in environments.items()
        }
        rows = [
            row
            for operation in world.operations
            for row in _rows(world, operation, servers, environments)
        ]
    print(table(rows))  # noqa: T201
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """A Markdown table of the ratios: the server's, and the database's after a slash."""
    names = list(dict.fromkeys(row["operation"] for row in rows))
    lines = [f"| without | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for variant in dict.fromkeys(row["without"] for row in rows):
        cells = [
            f"{row['cpu_ratio']:.2f} / {row['db_cpu_ratio']:.2f}"
            for row in rows
            if row["without"] == variant
        ]
        lines.append(f"| {variant} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _rows(
    world: Any,
    operation: Operation,
    servers: Mapping[str, Any],
    environments: Mapping[str, Mapping[str, str]],
) -> list[dict[str, Any]]:
    turns = [
        {name: figures for name, (_delays, figures) in turn.items()}
        for turn in world.turns(operation, servers, TURNS)
    ]
    rows = []
    for name in servers:
        row: dict[str, Any] = {"operation": operation.name, "without": name}
        for figure in ("cpu", "db_cpu"):
            key = f"{figure}_ms"
            row[key] = round(statistics.median(turn[name][key] for turn in turns), 3)
            ratios = [turn[name][key] / turn[WHOLE][key] for turn in turns]
            row[f"{figure}_ratio"] = round(statistics.median(ratios), 3)
        row["queries"] = count_queries(operation, world.bearers, environments[name])
        rows.append(row)
        print(json.dumps(row), flush=True)  # noqa: T201
    return rows


def _environment(variant: str) -> dict[str, str]:
    variables: dict[str, str] = {}
    for part in variant.split(","):
        variables |= PARTS[part]
    if option := variables.get("DATABASE_URL"):
        url = os.environ["DATABASE_URL"]
        variables["DATABASE_URL"] = f"{url}{'&' if urlsplit(url).query else '?'}{option}"
    return variables
