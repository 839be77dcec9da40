"""Runs the JavaScript tests of the client against a real server with the demo's people."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.demo.world import PEOPLE

from ..project import processes
from . import node

#: Each tests one thing of the client.
FILES = sorted(node.HERE.glob("*.test.mjs"))
ISSUE = """
import json
from backend.demo.world import people
from talk.models import AccessToken
print(json.dumps({each.username: AccessToken.objects.issue(each, "test")[1] for each in people()}))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the tests are told of the server, by variables of their environment."""
    folder = tmp_path_factory.mktemp("server")
    with processes.demo(folder, RATE_LIMITS=0) as running:
        database = f"sqlite:///{folder / 'demo.sqlite3'}"
        told = processes.succeed("manage.py", "shell", "-c", ISSUE, DEBUG=1, DATABASE_URL=database)
        tokens = told.splitlines()[-1]
        assert json.loads(tokens).keys() == PEOPLE.keys()
        yield {"TALK_URL": f"{running.url}/graphql", "TALK_TOKENS": tokens}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition(".")[0])
def test_the_client(file: Path, server: dict[str, str]) -> None:
    node.run(file, **server)
