from pathlib import Path

import pytest

from .packages import HERE, install, pack


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the packages of `package.json` are installed."""
    return install(HERE, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def tarball(packages: Path) -> Path:
    """The client as a package for npm."""
    return pack(packages, packages)
