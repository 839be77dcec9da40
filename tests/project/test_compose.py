"""`compose.yaml` by its parts, since not every machine has an engine for containers."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .markdown import ROOT
from .processes import running, variables

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
#: The services in which Talk runs.
OURS = {name: each for name, each in SERVICES.items() if each.get("image") == "talk"}
#: What the first lines of the file ask for.
FILLED_IN = {
    "SECRET_KEY": "x" * 60,
    "POSTGRES_PASSWORD": "00ff",
    "DOMAIN": "talk.example",
    "ALLOWED_HOSTS": "talk.example",
}
#: For development, and what the image and its volumes settle.
NOT_PASSED = {"DEBUG", "DEMO", "FILES_ROOT", "STATIC_ROOT"}


def filled_in(value: str, given: dict[str, str]) -> str:
    """As Compose reads `${NAME:?}`: without the variable it does not start."""
    return re.sub(r"\$\{(\w+):\?\}", lambda found: given[found[1]], value)


def environment_of(service: str, **given: str) -> dict[str, str]:
    """What a container gets of these variables, which stand in `.env`."""
    passed = OURS[service]["environment"]
    filled = {
        name: given.get(name) if value is None else filled_in(value, given)
        for name, value in passed.items()
    }
    return {name: value for name, value in filled.items() if value is not None}


def test_what_is_read_from_the_environment_is_passed_to_every_process():
    for service in OURS.values():
        assert service["environment"].keys() == variables().keys() - NOT_PASSED


def test_a_variable_that_is_not_filled_in_is_not_set():
    """An empty one would be read as a number, and stop the start."""
    found = environment_of("web", **FILLED_IN, THREADS="3")

    assert found == {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "talk.example",
        "DATABASE_URL": "postgres://talk:00ff@postgres/talk",
        "REDIS_URL": "redis://valkey/0",
        "THREADS": "3",
    }


def test_the_example_names_what_has_to_be_filled_in():
    needed = set(re.findall(r"\$\{(\w+):\?\}", (ROOT / "compose.yaml").read_text("utf-8")))
    named = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)

    assert needed == FILLED_IN.keys()
    assert needed <= set(named)


def test_every_volume_that_is_mounted_is_there():
    mounted = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert mounted == COMPOSE["volumes"].keys()


def test_nothing_waits_for_what_is_not_there():
    for service in SERVICES.values():
        assert service.get("depends_on", {}).keys() <= SERVICES.keys()


@pytest.fixture
def container(tmp_path: Path) -> dict[str, Any]:
    """The environment of a container, with a database and files that are here."""
    return environment_of("web", **FILLED_IN) | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'talk.sqlite3'}",
        "REDIS_URL": "",
        "STATIC_ROOT": str(tmp_path / "static"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def test_what_its_services_run_works(tmp_path, container):
    """First what `migrate` does, then the server as the image starts it, until it is healthy."""
    assert SERVICES["web"]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }
    assert "command" not in SERVICES["web"]
    image = json.loads(re.search(r"^CMD (.+)$", (ROOT / "Dockerfile").read_text(), re.M)[1])

    subprocess.run(
        SERVICES["migrate"]["command"], cwd=ROOT, env=container, check=True, capture_output=True
    )

    assert (tmp_path / "static" / "admin").is_dir()
    work = [*SERVICES["work"]["command"], "--once"]
    subprocess.run(work, cwd=ROOT, env=container, check=True, capture_output=True)
    server = ("-m", *("{port}" if each == "8000" else each for each in image))
    with running(tmp_path, *server, **container) as web:
        how, *asked = SERVICES["web"]["healthcheck"]["test"]
        assert how == "CMD"
        asked = [each.replace(":8000", f":{web.port}") for each in asked]
        subprocess.run(asked, env=container, check=True, capture_output=True)
