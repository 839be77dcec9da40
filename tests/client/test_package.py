"""The client as a package for npm: what is in it, and what its users' compilers make of it."""

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from .packages import CLIENT, HERE
from .test_types import compile_types

MODULES = sorted(path.relative_to(CLIENT).as_posix() for path in CLIENT.rglob("*.js"))


@pytest.fixture(scope="module")
def contents(tarball: Path) -> list[str]:
    with tarfile.open(tarball) as archive:
        return sorted(name.removeprefix("package/") for name in archive.getnames())


def test_it_holds_the_modules_their_types_and_nothing_else(contents: list[str]) -> None:
    types = [name.removesuffix(".js") + ".d.ts" for name in MODULES]

    assert contents == sorted([*MODULES, *types, "LICENSE", "README.md", "package.json"])


def test_it_is_made_by_any_python() -> None:
    bare = [sys.executable, "-S", "-c", "import tests.client.packages"]
    subprocess.run(bare, cwd=HERE.parents[1], check=True)


def test_all_that_it_exports_is_there(contents: list[str]) -> None:
    described = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))

    for given in described["exports"].values():
        for path in given.values() if isinstance(given, dict) else [given]:
            assert path.removeprefix("./") in contents


def test_it_depends_on_nothing_that_npm_would_have_to_install() -> None:
    described = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))

    assert not described.keys() & {"dependencies", "devDependencies", "optionalDependencies"}
    optional = {
        name for name, meta in described["peerDependenciesMeta"].items() if meta["optional"]
    }
    assert optional == described["peerDependencies"].keys()


def test_a_linter_of_packages_has_nothing_to_say(packages: Path, tarball: Path) -> None:
    linter = packages / "node_modules" / ".bin" / "publint"
    command = [linter, "run", tarball, "--strict"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "All good!" in done.stdout


@pytest.mark.parametrize(
    ("module", "resolution"), [("nodenext", "nodenext"), ("preserve", "bundler")]
)
def test_a_strict_project_elsewhere_gets_real_types(
    module: str, resolution: str, app: Path
) -> None:
    project = app / resolution
    project.mkdir()
    shutil.copy(HERE / "outside.ts", project)
    (project / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    options = {
        "strict": True,
        "noEmit": True,
        "target": "es2023",
        "module": module,
        "moduleResolution": resolution,
        "lib": ["es2023", "dom"],
        "types": [],
    }
    described = {"compilerOptions": options, "files": ["outside.ts"]}
    (project / "tsconfig.json").write_text(json.dumps(described), encoding="utf-8")

    told = compile_types(app.parent, project).splitlines()

    # Declarations of other packages have errors of their own.
    assert not [line for line in told if "talk-client" in line or "outside.ts" in line]
