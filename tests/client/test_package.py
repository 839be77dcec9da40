"""The client as a package for npm: what is in it, and what its users' compilers make of it."""

import tarfile
from pathlib import Path

import pytest

from .packages import CLIENT

MODULES = sorted(path.relative_to(CLIENT).as_posix() for path in CLIENT.rglob("*.js"))


@pytest.fixture(scope="module")
def contents(tarball: Path) -> list[str]:
    with tarfile.open(tarball) as archive:
        return sorted(name.removeprefix("package/") for name in archive.getnames())


def test_it_holds_the_modules_their_types_and_nothing_else(contents: list[str]) -> None:
    types = [name.removesuffix(".js") + ".d.ts" for name in MODULES]

    assert contents == sorted([*MODULES, *types, "LICENSE", "README.md", "package.json"])
