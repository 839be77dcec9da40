"""What runs the tests tells the truth about them, and leaves nothing running."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from .markdown import ROOT
from .processes import environment, run

SCRIPT = ROOT / ".ci" / "run"
#: Given, they are used, so that no service is started here.
SERVICES = {"DATABASE_URL": "postgres://talk@localhost/talk", "REDIS_URL": "redis://localhost"}
LEGS = ("SQLite, in-memory layer", "PostgreSQL, Valkey")

KILLED_ON_POSTGRESQL = """
import os, signal
if os.environ.get("DATABASE_URL"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
WAITING = """
import os, pathlib, time
here = pathlib.Path(__file__).parent
def pytest_runtestloop():
    (here / f"{os.getpid()}.begun").touch()
    try:
        time.sleep(60)
    finally:
        (here / f"{os.getpid()}.ended").touch()
"""


@pytest.fixture
def plugin(tmp_path):
    """Writes a plug-in `given` for pytest, and tells the environment that it's found in."""

    def write(code):
        (tmp_path / "given.py").write_text(code, encoding="utf-8")
        return {**SERVICES, "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path)))}

    return write


def closing(printed):
    """The verdict on each leg, as the last lines have it."""
    return re.findall(r"^=== (.+): (.+) ===$", printed, flags=re.MULTILINE)


def test_arguments_go_to_both_legs_and_one_that_is_killed_fails_the_run(plugin):
    # Without this project's tests, which take their time to begin.
    arguments = ("--noconftest", "-c", os.devnull, "-p", "given", "--markers")

    done = run("-m", "tests", *arguments, **plugin(KILLED_ON_POSTGRESQL))

    assert done.returncode == 1
    assert done.stdout.count("@pytest.mark.usefixtures") == 1
    assert closing(done.stdout) == [(LEGS[0], "passed"), (LEGS[1], "FAILED (-9)")]


def test_told_to_stop_it_ends_both_legs_in_good_order(tmp_path, plugin):
    command = [sys.executable, "-m", "tests", "-p", "given", "tests/conftest.py"]
    given = environment(**plugin(WAITING))
    with subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while len(list(tmp_path.glob("*.begun"))) < 2:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)

        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert process.returncode == 1
    assert len(list(tmp_path.glob("*.ended"))) == 2


def test_the_check_of_everything_can_be_started():
    assert os.access(SCRIPT, os.X_OK)
    assert subprocess.run(["bash", "-n", SCRIPT], check=False).returncode == 0


def test_the_check_of_everything_says_which_python_it_lacks(tmp_path):
    for name in ("bash", "dirname", "mktemp", "rm"):
        (tmp_path / name).symlink_to(shutil.which(name))

    done = subprocess.run(
        [tmp_path / "bash", SCRIPT],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "There is no Python 3.11 here.\n")


def test_the_workflow_runs_it_with_the_pythons_that_it_looks_for():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    script = SCRIPT.read_text(encoding="utf-8")
    newer = re.search(r"^for version in (.+); do$", script, flags=re.MULTILINE)

    oldest, newest = re.findall(r"^ +(3\.\d+)$", workflow, flags=re.MULTILINE)
    assert oldest == "3.11"
    assert newest in newer[1].split()
    assert "- run: .ci/run\n" in workflow
