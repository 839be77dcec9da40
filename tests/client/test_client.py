"""Runs the JavaScript tests of the client against a real server with the demo's people."""

from pathlib import Path

import pytest

from . import node

#: Each tests one thing of the client.
FILES = sorted(node.HERE.glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition(".")[0])
def test_the_client(file: Path, server: dict[str, str]) -> None:
    node.run(file, **server)
