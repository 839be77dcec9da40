"""Starts the servers that are measured, each as one process, and reads their CPU time."""

import json
import os
import platform
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from ..services import postgresql, valkey

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results"
COMMANDS = {
    "daphne": ("daphne", "--verbosity", "0", "-b", "127.0.0.1", "-p", "{port}"),
    "uvicorn": ("uvicorn", "--log-level", "warning", "--no-access-log", "--port", "{port}"),
}


@contextmanager
def services() -> Iterator[psutil.Process]:
    """PostgreSQL and Valkey, and Django set up with them as in production.

    Yields the first process of PostgreSQL, whose children are the others.
    """
    with ExitStack() as stack:
        urls = [stack.enter_context(service()) for service in (postgresql, valkey)]
        os.environ |= {
            "RATE_LIMITS": "0",
            "DATABASE_URL": urls[0],
            "REDIS_URL": urls[1],
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "0",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "backend.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield _database()


@contextmanager
def running(
    server: str,
    application: str,
    cores: list[int] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[tuple[psutil.Process, int]]:
    """Start a server on these cores alone. Yields its process and its port."""
    port = free_port()
    options = [word.replace("{port}", str(port)) for word in COMMANDS[server]]
    process = subprocess.Popen(
        [sys.executable, "-m", *options, application],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
    )
    try:
        running = psutil.Process(process.pid)
        if cores:
            running.cpu_affinity(cores)
        wait_for(port)
        yield running, port
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Wait until a server listens on a port of this machine."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)


def described() -> dict[str, Any]:
    """The machine and the Python of a run, to write down with its results."""
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        # With who built it, and so how: not all builds are optimised.
        "python": sys.version,
    }


def written(name: str, found: dict[str, Any]) -> None:
    """Write the results of a benchmark into its file."""
    text = json.dumps(found, indent=2) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")


def _database() -> psutil.Process:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((backend,),) = cursor.fetchall()
    parent = psutil.Process(backend).parent()
    assert parent is not None
    return parent


def cpu_of(process: psutil.Process) -> float:
    """Seconds of CPU time that a process used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def cpu_with_children(process: psutil.Process) -> float:
    """Seconds of CPU time that a process and its children used, those that ended included."""
    try:
        ended = process.cpu_times()
        total = cpu_of(process) + ended.children_user + ended.children_system
        return float(total + sum(cpu_of(child) for child in process.children()))
    except psutil.NoSuchProcess:
        if not process.is_running():
            raise
        # A child ended while its times were read: now they are part of `children_user`.
        return cpu_with_children(process)
