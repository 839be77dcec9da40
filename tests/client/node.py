"""Runs tests that are written in JavaScript, with the test runner of Node."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from unittest import SkipTest

HERE = Path(__file__).parent
#: The first version whose `fetch`, `WebSocket` and test runner are enough.
OLDEST = (20, 10)


@cache
def _version() -> tuple[int, ...]:
    """The version of Node; empty if there is none."""
    if not shutil.which("node"):
        return ()
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return tuple(int(part) for part in told.stdout.strip().lstrip("v").split("."))


def run(*files: Path, timeout: float = 120, **given: str) -> str:
    """Run these files of tests to their end, and tell what they printed."""
    options = ["--test-reporter=spec", f"--test-timeout={timeout * 900:.0f}"]
    return execute("--test", *options, *files, timeout=timeout, **given)


def command(*words: str | Path) -> list[str]:
    """The command that runs Node with these words."""
    if _version() < OLDEST:
        raise SkipTest(f"there is no Node {'.'.join(map(str, OLDEST))} or newer here")
    # From Node 22 on, `WebSocket` is there without being asked for.
    options = ["--experimental-websocket"] if _version() < (22,) else []
    return ["node", *options, *map(str, words)]


def execute(*words: str | Path, timeout: float = 120, **given: str) -> str:
    """What Node prints with these words. It has to succeed."""
    done = subprocess.run(
        command(*words),
        cwd=HERE,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-5_000:]}"
    return done.stdout
