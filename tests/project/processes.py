"""Commands and servers of this project, as somebody starts them who has just cloned it."""

import ast
import atexit
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from ..plain import NO_CERTIFICATES
from .markdown import ROOT

#: Settings that production can't do without.
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "6vYgQ0p3nE8kTq1sWm5xRz7uJc2bLd9fHa4oViXyKt0MgNeSwP",
    "ALLOWED_HOSTS": "talk.example",
    "DATABASE_URL": "postgres://talk@localhost/talk",
    "REDIS_URL": "redis://localhost",
}


@cache
def variables() -> dict[str, Any]:
    """The variables that `backend/settings.py` reads, and their defaults where these are plain."""
    tree = ast.parse((ROOT / "backend" / "settings.py").read_text(encoding="utf-8"))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.match(r"env\.|required$", ast.unparse(node.func)):
            match node.args:
                case [ast.Constant(str() as name)]:
                    found[name] = None
                case [ast.Constant(str() as name), default]:
                    found[name] = default.value if isinstance(default, ast.Constant) else None
    return found


def environment(**given: Any) -> dict[str, str]:
    """What is in the environment here, but nothing of Talk's, and what is `given`."""
    ours = {*variables(), "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PYTHONPATH": str(ROOT)} | {name: str(value) for name, value in given.items()}


def run(*command: Any, cwd: Path = ROOT, **given: Any) -> subprocess.CompletedProcess[str]:
    """Run Python to its end with this script or option."""
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def succeed(*command: Any, **given: Any) -> str:
    """Like `run`, of what has to succeed: what it printed."""
    done = run(*command, **given)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]
    return done.stdout


@dataclass
class Running:
    process: subprocess.Popen[str]
    port: int
    #: The file with all that it printed.
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        """Where its log is, and the database of a demo."""
        return self.log.parent

    @property
    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def ask(self, token: str, query: str, **variables: Any) -> Any:
        """What the bearer of a token is answered."""
        answer = httpx.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def stop(self, how: int) -> int:
        """Send a signal, wait for the end, and tell the exit code."""
        self.process.send_signal(how)
        return self.process.wait(30)


@contextmanager
def running(
    folder: Path,
    *command: Any,
    cwd: Path = ROOT,
    path: str = "/healthz",
    port: int = 0,
    **given: Any,
) -> Iterator[Running]:
    """A server that answers at `path`; `{port}` in `command` becomes its port, 0: a free one."""
    port = port or free_port()
    log = folder / f"{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, *(str(word).replace("{port}", str(port)) for word in command)],
            cwd=cwd,
            env=environment(**{"PYTHONUNBUFFERED": 1} | given),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=_hear_ctrl_c,
        )
        server = Running(process, port, log)
        try:
            _wait_for(server, path)
            yield server
        finally:
            process.kill()
            process.wait()


@cache
def _made_world() -> Path:
    """The demo's database, as its first start makes it."""
    folder = Path(tempfile.mkdtemp(prefix="talk-world-"))
    atexit.register(shutil.rmtree, folder)
    with new_demo(folder) as server:
        server.stop(signal.SIGTERM)
    return folder


def demo(folder: Path, **given: Any) -> Any:
    """The README's first command, at its second start: with a database in `folder`."""
    shutil.copytree(
        _made_world(), folder, ignore=shutil.ignore_patterns("*.log"), dirs_exist_ok=True
    )
    return new_demo(folder, **given)


def begin_anew(demo: Running) -> None:
    """Let a running demo have what it had at its start."""
    # What was asked before this request is written by now.
    httpx.get(f"{demo.url}/healthz", timeout=30).raise_for_status()
    made, now = (each / "demo.sqlite3" for each in (_made_world(), demo.folder))
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(now)) as target:
        source.backup(target)
        # Its picture comes from the port of the server.
        picture = f"{demo.url}/static/demo/choir.svg"
        target.execute("UPDATE talk_conversation SET avatar = ? WHERE avatar <> ''", [picture])
        target.commit()


def new_demo(folder: Path, bot: bool = False, **given: Any) -> Any:
    """The README's first command, with a database in `folder` to be made if there is none.

    Without its bot: nobody says anything by themselves.
    """
    command = ("manage.py", "demo", "--port", "{port}", *([] if bot else ["--quiet"]))
    given["DATABASE_URL"] = f"sqlite:///{folder / 'demo.sqlite3'}"
    return running(folder, *command, **given)


def token_for(username: str, folder: Path) -> str:
    """A token of one of the demo's people."""
    database = f"sqlite:///{folder / 'demo.sqlite3'}"
    return succeed("manage.py", "token", username, DEBUG=1, DATABASE_URL=database).strip()


def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port


def _hear_ctrl_c() -> None:
    # Shells make what they start in the background deaf to it, and its children are, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _wait_for(server: Running, path: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise RuntimeError(f"The server ended before it answered:\n{server.printed}")
        try:
            httpx.get(server.url + path, timeout=10, verify=NO_CERTIFICATES)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server does not answer:\n{server.printed}")
