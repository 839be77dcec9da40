"""Which version is the last that was released, and what its code was."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from ..project.markdown import ROOT

#: The version before the one that is being made. Change both when a new version begins.
LAST_RELEASE = "0.3.0"
#: Its last migration. Tables that were made after it are still empty when they are altered.
LAST_MIGRATION = "0035_marks_end_backwards"


def unpack(version: str, following: str, folder: Path) -> None:
    """Write the code of a version, which is what there was before the version after it began.

    A version begins with its heading in the changelog. Git's tags are not asked: nobody has to
    make any, and most copies don't have them.
    """
    try:
        top = _git("rev-parse", "--show-toplevel").decode().strip()
        is_shallow = _git("rev-parse", "--is-shallow-repository") != b"false\n"
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the code of earlier versions is in a Git repository, and here is none")
    if Path(top).resolve() != ROOT.resolve() or is_shallow:
        pytest.skip("the history of this copy does not reach back to the last version")
    heading = f"## {following} ("
    begun = _git("log", "-1", "--format=%H^", f"-S{heading}", "--", "CHANGELOG.md").decode()
    # Without a commit that begins the version, it is not committed yet.
    archive = _git("archive", begun.strip() or "HEAD", "CHANGELOG.md", "backend", "schema", "talk")
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        opened.extractall(folder, filter="data")
    headings = (folder / "CHANGELOG.md").read_text("utf-8").split("\n## ")
    assert headings[1].startswith(f"{version} (")


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout
