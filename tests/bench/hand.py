"""A server written by hand for the measured operations, in Node.js: graphql-js, pg, DataLoader.

It accepts the same tokens, and reads and writes the same tables. It has no limits, no blocks and no
live updates. Without Node.js and npm it isn't measured.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from .servers import free_port, wait_for

SOURCE = Path(__file__).parent / "node"


@contextmanager
def running(cores: list[int]) -> Iterator[tuple[psutil.Process, int] | None]:
    """Start the server on these cores alone. Yields its process and port, or None without npm."""
    with tempfile.TemporaryDirectory() as folder:
        if not _installed(folder):
            yield None
            return
        port = free_port()
        process = subprocess.Popen(["node", "server.mjs", str(port)], cwd=folder, env=os.environ)
        try:
            wait_for(port)
            running = psutil.Process(process.pid)
            running.cpu_affinity(cores)
            yield running, port
        finally:
            process.kill()
            process.wait()


def _installed(folder: str) -> bool:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return False
    shutil.copytree(SOURCE, folder, dirs_exist_ok=True)
    return not subprocess.run([npm, "install", "--silent"], cwd=folder, check=False).returncode
