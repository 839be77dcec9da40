"""What the tests of the client need from npm, and the client as a package for npm.

`python -m tests.client.packages FOLDER` puts the package there, to be published from there.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from ..project.markdown import ROOT
from ..project.npm import npm
from . import node

HERE = Path(__file__).parent
CLIENT = ROOT / "schema" / "client"


def install(lists: Path, folder: Path) -> Path:
    """Install what the `package.json` in `lists` names."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lists / name, folder)
    npm(folder, "ci", "--no-audit", "--no-fund")
    return folder


def installed(lists: Path, cache: Path, folder: Path) -> Path:
    """Like `install`, once for each lock file: what was installed is kept in `cache`."""
    node.execute("--version")  # Skips the test where there is no Node that can run it.
    lock = (lists / "package-lock.json").read_bytes()
    kept = cache / hashlib.sha256(lock).hexdigest()[:16]
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as made:
            install(lists, Path(made))
            with suppress(OSError):  # Somebody else was faster.
                Path(made).rename(kept)
    (folder / "node_modules").symlink_to(kept / "node_modules")
    return folder


def copy_client(packages: Path, name: str) -> Path:
    """A copy of the client that finds what is installed in `packages`."""
    ignored = shutil.ignore_patterns("node_modules", "*.d.ts")
    return Path(shutil.copytree(CLIENT, packages / name, ignore=ignored))


def pack(packages: Path, destination: Path) -> Path:
    """The package as npm gets it, with declarations of its types beside its modules."""
    copy = copy_client(packages, "packed")
    shutil.copy(ROOT / "LICENSE", copy)
    npm(copy, "pack", "--silent", "--pack-destination", str(destination.resolve()))
    version = json.loads((copy / "package.json").read_text(encoding="utf-8"))["version"]
    return destination / f"talk-client-{version}.tgz"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(pack(install(HERE, Path(folder)), Path(sys.argv[1])))  # noqa: T201
