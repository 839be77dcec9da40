"""Runs the tests of the adapters with the real libraries, against a real server."""

from pathlib import Path

import pytest

from . import node
from .conftest import make_app
from .packages import HERE, installed

NAMES = sorted(path.name for path in (HERE / "adapters").glob("*.test.mjs"))


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.partition(".")[0])
def test_the_adapter(name: str, app: Path, server: dict[str, str]) -> None:
    node.run(app / "adapters" / name, **server)


def test_the_hooks_in_the_react_before(
    installations: Path, tarball: Path, tmp_path: Path, server: dict[str, str]
) -> None:
    app = make_app(installed(HERE / "react-18", installations, tmp_path), tarball)

    node.run(app / "adapters" / "react.test.mjs", **server)
