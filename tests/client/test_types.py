"""The types that the comments of the client declare are right."""

import subprocess
from pathlib import Path

from ..project.markdown import ROOT


def test_the_types_of_the_client_are_right(packages: Path) -> None:
    compiler = packages / "node_modules" / ".bin" / "tsc"

    told = subprocess.run(
        [compiler, "-p", ROOT / "schema" / "client"], capture_output=True, text=True, check=False
    )

    assert (told.returncode, told.stdout) == (0, "")
