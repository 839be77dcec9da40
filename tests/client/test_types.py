"""The types that the comments of the client declare are right."""

import json
import shutil
import subprocess
from pathlib import Path

from ..project.markdown import ROOT
from .packages import CLIENT, copy_client


def test_the_types_of_the_client_are_right(packages: Path) -> None:
    assert compile_types(packages, CLIENT) == ""


def test_those_of_the_adapters_are_right_with_the_types_of_their_libraries(packages: Path) -> None:
    copy = copy_client(packages, "typed")

    assert compile_types(packages, copy / "tsconfig.pack.json") == ""


def test_those_of_the_demos_page_are_right(packages: Path) -> None:
    """Its files import the client's where a browser finds them."""
    copy_client(packages, "static/talk")
    demo = shutil.copytree(ROOT / "backend" / "static" / "demo", packages / "static" / "demo")
    options = json.loads((CLIENT / "tsconfig.json").read_text(encoding="utf-8"))["compilerOptions"]
    project = {"compilerOptions": options, "include": ["*.js"]}
    (demo / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")

    assert compile_types(packages, demo) == ""


def compile_types(packages: Path, project: Path) -> str:
    """What the TypeScript compiler has to say."""
    compiler = packages / "node_modules" / ".bin" / "tsc"
    done = subprocess.run([compiler, "-p", project], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
