"""The types that the comments of the client declare are right."""

import subprocess
from pathlib import Path

from .packages import CLIENT, copy_client


def test_the_types_of_the_client_are_right(packages: Path) -> None:
    assert compile_types(packages, CLIENT) == ""


def test_those_of_the_adapters_are_right_with_the_types_of_their_libraries(packages: Path) -> None:
    copy = copy_client(packages, "typed")

    assert compile_types(packages, copy / "tsconfig.pack.json") == ""


def compile_types(packages: Path, project: Path) -> str:
    """What the TypeScript compiler has to say."""
    compiler = packages / "node_modules" / ".bin" / "tsc"
    done = subprocess.run([compiler, "-p", project], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
