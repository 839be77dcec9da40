"""Talk's wheel, built from what is in this repository now, and installed beside other packages."""

import atexit
import importlib.util
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from .markdown import ROOT
from .processes import run, succeed


@cache
def built() -> Path:
    """The wheel's file. Needs no package index: `hatchling` is in the extra `test`."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the wheel, is not installed here")
    folder = _folder()
    copy = folder / "copy"
    for name in ("talk", "schema", "backend"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    succeed("-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=copy)
    shutil.rmtree(copy)
    (wheel,) = folder.glob("*.whl")
    return wheel


@cache
def installed() -> Path:
    """A folder with the content of the wheel, to be put before all others on Python's path."""
    folder = _folder()
    shutil.unpack_archive(built(), folder, "zip")
    return folder


def installed_with(*packages: str) -> Path:
    """The same, in a folder of its own, with packages from the index."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("there is no pip here to install packages with")
    folder = _folder()
    command = ("-m", "pip", "install", "--quiet", "--no-deps", "--target", folder)
    done = run(*command, built(), *packages)
    if done.returncode and "No matching distribution found for" in done.stderr:
        pytest.skip(f"there is no package index here to get {', '.join(packages)} from")
    assert done.returncode == 0, done.stderr
    return folder


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="talk-wheel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
