import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.demo.world import PEOPLE

from ..project import processes
from . import node
from .packages import HERE, installed, pack

ISSUE = """
import json
from backend.demo.world import people
from talk.models import AccessToken
print(json.dumps({each.username: AccessToken.objects.issue(each, "test")[1] for each in people()}))
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the tests are told of the server, by variables of their environment."""
    node.execute("--version")  # Skips the test where there is no Node that can run it.
    folder = tmp_path_factory.mktemp("server")
    with processes.demo(folder, RATE_LIMITS=0) as running:
        database = f"sqlite:///{folder / 'demo.sqlite3'}"
        told = processes.succeed("manage.py", "shell", "-c", ISSUE, DEBUG=1, DATABASE_URL=database)
        tokens = told.splitlines()[-1]
        assert json.loads(tokens).keys() == PEOPLE.keys()
        yield {"TALK_URL": f"{running.url}/graphql", "TALK_TOKENS": tokens}


@pytest.fixture(scope="session")
def installations(pytestconfig: pytest.Config) -> Path:
    """Where packages that were installed are kept for the next time."""
    return pytestconfig.cache.mkdir("npm")


@pytest.fixture(scope="session")
def packages(installations: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the packages of `package.json` are installed."""
    return installed(HERE, installations, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def tarball(packages: Path) -> Path:
    """The client as a package for npm."""
    return pack(packages, packages)


@pytest.fixture(scope="session")
def app(packages: Path, tarball: Path) -> Path:
    """A folder as an app has it: with the client installed, and with the tests of the adapters."""
    return make_app(packages, tarball)


def make_app(packages: Path, tarball: Path) -> Path:
    app = packages / "app"
    # As `npm install` does with a package that depends on nothing.
    with tarfile.open(tarball) as archive:
        archive.extractall(app / "node_modules", filter="data")
    (app / "node_modules" / "package").rename(app / "node_modules" / "talk-client")
    for path in HERE.glob("*.mjs"):
        shutil.copy(path, app)
    shutil.copytree(HERE / "adapters", app / "adapters")
    return app
