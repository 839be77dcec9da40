"""Talk in somebody else's project."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def visit(command, settings, **given):
    """What a command of the host prints, which has to succeed."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", command],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": f"tests.guest.host.{settings}"} | given,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stdout


def test_talk_is_a_guest_in_a_project_with_its_own_users_and_schema(tmp_path):
    said = visit("stay", "settings", HOST_DATABASE=str(tmp_path / "host.sqlite3"))

    assert said.endswith("The stay was pleasant.\n")


@pytest.mark.parametrize("key", ["prefixed", "reference", "text-uuid"])
def test_people_converse_whatever_their_keys_are(tmp_path, key):
    url = f"sqlite:///{tmp_path / 'host.sqlite3'}"
    said = visit("converse", "with_layer", HOST_DATABASE_URL=url, HOST_KEY=key)

    assert said == "They conversed.\n"


def test_people_converse_where_types_have_a_prefix(tmp_path):
    url = f"sqlite:///{tmp_path / 'host.sqlite3'}"
    said = visit("converse", "with_layer", HOST_DATABASE_URL=url, HOST_PREFIX="Talk")

    assert said == "They conversed.\n"


def test_a_schema_has_types_of_the_same_names_where_talks_have_a_prefix(tmp_path):
    said = visit("merge", "merged", HOST_DATABASE=str(tmp_path / "host.sqlite3"))

    assert said == "They merged.\n"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"HOST_CSRF": "session", "HOST_KEY": "text"},
        {"HOST_PREFIX": "Talk", "HOST_SCRIPT_NAME": "/product"},
    ],
    ids=["cookie", "session", "prefixes"],
)
def test_a_page_of_the_host_has_the_chat_of_the_person_who_is_signed_in(tmp_path, given):
    url = f"sqlite:///{tmp_path / 'host.sqlite3'}"
    said = visit("show_page", "with_page", HOST_DATABASE_URL=url, **given)

    assert said == "It was shown.\n"
