"""The types that the comments of the client declare are right."""

import json
import re
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


def test_each_store_of_a_client_has_a_hook_for_react() -> None:
    types = (CLIENT / "types.js").read_text(encoding="utf-8")
    hooks = (CLIENT / "adapters" / "react.js").read_text(encoding="utf-8")
    talk = types[types.index("A client of one server") : types.index("Verbs} Talk\n")]

    stores = re.findall(r"^ \*   (\w+): (?:\([^)]*\) => )?(?:\w*Store|Outbox)\b", talk, re.M)

    assert {"inbox", "saved", "outbox", "unreadTotal"} <= set(stores)
    used = set(re.findall(r"\b(?:talk|useTalk\(\))\.(\w+)", hooks))
    assert set(stores) == used


def compile_types(packages: Path, project: Path) -> str:
    """What the TypeScript compiler has to say."""
    compiler = packages / "node_modules" / ".bin" / "tsc"
    done = subprocess.run([compiler, "-p", project], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
