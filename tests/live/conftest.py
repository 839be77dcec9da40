"""Real servers, most of them Daphne, in processes of its own, on the test's database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection

from schema.live import streams
from talk.models import Conversation

from ..plain import NO_CERTIFICATES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def executions(monkeypatch):
    """The events that were executed, one by one."""
    executed = []
    execute = streams.execute_subscription_event

    def noted(executor):
        executed.append(executor.root_value.revision)
        return execute(executor)

    monkeypatch.setattr(streams, "execute_subscription_event", noted)
    return executed


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/admin"

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


@pytest.fixture(scope="session")
def daphne(django_db_setup: None) -> Iterator[Server]:
    """One for all tests. It compares nothing: what it delivers, a wake-up announced."""
    server = launch(RECONCILE_SECONDS="3600")
    yield server
    server.stop()


@pytest.fixture
def start_server(transactional_db: None) -> Iterator[Callable[..., Server]]:
    """Starts one more server; keyword arguments are put into its environment."""
    with ExitStack() as servers:

        def start(*how: Any, **environment: str) -> Server:
            server = launch(*how, **environment)
            servers.callback(server.stop)
            return server

        yield start


#: The options of a server, with which it sends frames as long as answers may be.
OPTIONS = {
    "daphne": ["--verbosity", "0", "--websocket-max-message-size", "4259840"],
    "uvicorn": ["--log-level", "warning"],
}


def launch(
    server: str = "daphne",
    options: Sequence[str] | None = None,
    log: IO[bytes] | None = None,
    **environment: str,
) -> Server:
    """A server on the test's database, with options of its own or these. `log` gets its output."""
    port = _free_port()
    given = [*(OPTIONS[server] if options is None else options), "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", server, *given, "backend.asgi:application"],
        cwd=ROOT,
        stdout=log,
        stderr=log,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": database_url()}
        | {"DEBUG": "1", "LOG_LEVEL": "WARNING", "DATABASE_POOL_SIZE": "8"}
        # Nothing happens but what a test does.
        | {"RATE_LIMITS": "0", "WORKER": "0"}
        | environment,
    )
    running = Server(process, port)
    _wait_for(running)
    return running


def database_url() -> str:
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
    # A machine with much else to do takes many seconds for the start.
    for _ in range(1_200):
        if server.process.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        try:
            httpx.get(f"http://127.0.0.1:{server.port}/healthz", verify=NO_CERTIFICATES)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    server.stop()
    raise RuntimeError("The server does not answer.")


@pytest.fixture
def group(alice: Any, bob: Any, carol: Any) -> Conversation:
    """Alice's, with Bob and Carol in it. Its revision is 1."""
    return Conversation.objects.start_group(alice, [bob, carol], "Lunch")


@pytest.fixture
def private(alice: Any, bob: Any) -> Conversation:
    return Conversation.objects.between(alice, bob)
