"""What comes from npm, where there is one; tests that need it are skipped elsewhere."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from unittest import SkipTest

#: What npm says where there is no registry.
NO_REGISTRY = re.compile("ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH")


def output(command: list[str], folder: Path, **given: str) -> str:
    """What a command prints that runs in a folder."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    ).stdout


def npm(folder: Path, *words: str) -> str:
    """What `npm` prints with these words."""
    if not shutil.which("npm"):
        raise SkipTest("there is no npm here")
    try:
        return output(["npm", *words], folder)
    except subprocess.CalledProcessError as failed:
        if NO_REGISTRY.search(failed.stderr):
            raise SkipTest("there is no npm registry here") from None
        raise AssertionError(failed.stderr) from None
