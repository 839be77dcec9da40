"""The audit of the GraphQL-over-HTTP specification, by those who wrote it."""

import json
import shutil
import subprocess

import pytest

from .processes import demo

PACKAGES = ("graphql-http@1.23.1", "graphql@16.15.0")
PROGRAM = """
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(results.map(({ name, status, reason }) => [name, status, reason])));
"""
#: What is allowed and not done: nothing is asked by GET, so that no link and no image asks.
BY_GET = [
    "MAY accept application/x-www-form-urlencoded formatted GET requests",
    "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
    "application/graphql-response+json",
    "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
    "application/json",
]


@pytest.fixture
def audit(tmp_path):
    """A folder with the program, if this machine can run it."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("the audit needs Node.js")
    install = [npm, "install", "--silent", "--prefix", str(tmp_path), *PACKAGES]
    try:
        subprocess.run(install, capture_output=True, check=True, timeout=120)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("the audit's packages can't be installed here")
    (tmp_path / "audit.mjs").write_text(PROGRAM)
    return tmp_path


def test_it_does_all_that_must_and_should_be_done(audit):
    with demo(audit) as server:
        done = subprocess.run(
            ["node", "audit.mjs", f"{server.url}/graphql"],
            cwd=audit,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )

    results = json.loads(done.stdout)
    assert len(results) > 50
    assert [name for name, status, reason in results if status != "ok"] == BY_GET, results
