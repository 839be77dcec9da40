"""Nothing but `talk/outside` and the fetch of keys opens connections to other hosts."""

import subprocess
import sys

import pytest

from .markdown import ROOT

pytest.importorskip("ruff")


@pytest.mark.parametrize(
    "code",
    [
        "import socket",
        "import ssl",
        "import http.client",
        "from http import client",
        "from urllib import request",
        "import urllib.request",
        "from jwt import PyJWKClient",
        "import jwt\n\njwt.PyJWKClient",
        "import httpx",
        "import asyncio\n\nasyncio.open_connection",
    ],
)
@pytest.mark.parametrize("place", ["talk/policy.py", "schema/authentication/tokens.py"])
def test_other_modules_may_not_connect(code, place):
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", place, "-"],
        input=f"{code}\n",
        text=True,
        capture_output=True,
        cwd=ROOT,
    )

    assert "TID251" in found.stdout
