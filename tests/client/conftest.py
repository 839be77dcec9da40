import shutil
from pathlib import Path

import pytest

from ..project.npm import npm
from . import node


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the packages of `package.json` are installed."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(node.HERE / name, folder)
    npm(folder, "ci", "--no-audit", "--no-fund")
    return folder
