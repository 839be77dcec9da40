"""What others install: the two apps and no more."""

import importlib
import importlib.util
import re
import zipfile
from email.parser import HeaderParser
from importlib.metadata import packages_distributions

import pytest

from .host import copy_of_repository
from .markdown import ROOT
from .processes import run

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pip") is None, reason="there is no pip here to build a wheel with"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of what is in this repository now."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = copy_of_repository(folder)
    built = run("-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, copy)
    if built.returncode and "No matching distribution found for hatchling" in built.stderr:
        pytest.skip("there is no package index here to get hatchling from")
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_it_holds_the_two_apps_and_no_more(wheel):
    folders = {name.split("/")[0] for name in wheel.namelist()}

    assert {name for name in folders if not name.endswith(".dist-info")} == {"schema", "talk"}


def test_it_holds_every_file_of_them(wheel):
    present = {
        path.relative_to(ROOT).as_posix()
        for app in ("talk", "schema")
        for path in (ROOT / app).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert present <= set(wheel.namelist())
    for name in (
        "schema/transport/page/page.html",
        "schema/py.typed",
        "schema/schema.graphql",
        "talk/migrations/0001_initial.py",
        "talk/py.typed",
    ):
        assert name in present


def test_what_it_requires_can_be_imported(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = HeaderParser().parsestr(wheel.read(name).decode())
    modules = {}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            modules.setdefault(canonical(distribution), set()).add(module)

    required = [
        canonical(re.match(r"[\w.-]+", line)[0])
        for line in metadata.get_all("Requires-Dist")
        if "extra ==" not in line
    ]

    assert len(required) >= 9
    for distribution in required:
        public = [module for module in modules[distribution] if module.isidentifier()]
        assert any(importlib.util.find_spec(module) for module in public), distribution


def canonical(distribution):
    return re.sub(r"[-_.]+", "-", distribution).lower()
