"""Real servers: Daphne in processes of its own, on the test's database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def start_server(transactional_db: None) -> Iterator[Callable[..., Server]]:
    """Starts one more Daphne; keyword arguments are put into its environment."""
    servers: list[Server] = []

    def start(**environment: str) -> Server:
        port = _free_port()
        options = ["--verbosity", "0", "-b", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(
            [sys.executable, "-m", "daphne", *options, "backend.asgi:application"],
            cwd=ROOT,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": _test_database()}
            | {"DEBUG": "1", "LOG_LEVEL": "WARNING", "DATABASE_POOL_SIZE": "8"}
            | environment,
        )
        server = Server(process, port)
        servers.append(server)
        _wait_for(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


def _test_database() -> str:
    name: Any = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port


def _wait_for(server: Server) -> None:
    for _ in range(200):
        if server.process.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        try:
            httpx.get(f"http://127.0.0.1:{server.port}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The server does not answer.")
