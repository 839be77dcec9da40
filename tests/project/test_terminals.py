"""What commands print fits any terminal."""

import io
import json
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from talk.management.printing import PrintingCommand
from talk.models import Act, Conversation, Participation
from talk.privacy import export_to_file

from .markdown import ROOT
from .processes import environment

OURS = {name: app for name, app in get_commands().items() if app in {"talk", "backend"}}
ENCODINGS = ["ascii", "latin-1", "cp1252", "utf-8", "utf_8"]


@pytest.fixture
def zoe(db, django_user_model, alice):
    zoe = django_user_model.objects.create_user("Zoë", first_name="Зоя")
    Conversation.objects.start_group(zoe, [alice], "Café ☕").participation_of(zoe).send("Ω 👋")
    return zoe


def printed(encoding, *command, **options):
    """What a terminal of an encoding gets, decoded."""
    terminal = io.TextIOWrapper(io.BytesIO(), encoding, write_through=True)
    call_command(*command, **options, stdout=terminal, stderr=terminal)
    return terminal.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("name", OURS)
def test_each_command_of_ours_escapes_what_the_terminal_lacks(name):
    assert isinstance(load_command_class(OURS[name], name), PrintingCommand)


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestEncodings:
    def test_an_export_is_json_in_utf_8_or_with_escapes(self, zoe, encoding):
        text = printed(encoding, "export_user", "Zoë", why="She asked: ☕.")

        told = [json.loads(line) for line in text.splitlines()]
        assert told[0]["username"] == "Zoë"
        assert "Ω 👋" in [each.get("body") for each in told]
        assert ("👋" in text) is encoding.startswith("utf")
        assert text.isascii() is not encoding.startswith("utf")
        assert Act.objects.get().kind == Act.Kind.USER_EXPORTED

    def test_an_erased_person_is_named(self, zoe, encoding):
        text = printed(encoding, "erase_user", "Zoë", why="x", interactive=False)

        assert text.startswith("Zo\\xeb is" if encoding == "ascii" else "Zoë is")
        assert not Participation.objects.filter(user=zoe).exists()

    def test_a_token_is_issued(self, zoe, encoding):
        assert "talk_" in printed(encoding, "token", "Zoë")


def test_in_a_shell_without_utf_8(zoe, tmp_path):
    """From the first letter to the exit code."""
    database = tmp_path / "terminal.sqlite3"
    settings = environment(DEBUG=1, DATABASE_URL=f"sqlite:///{database}", PYTHONIOENCODING="ascii")
    program = (
        "import django; django.setup();"
        "from django.core.management import call_command as call;"
        "from django.contrib.auth import get_user_model as model;"
        "call('migrate', verbosity=0);"
        "model().objects.create_user('Zo\\u00eb');"
        "call('export_user', 'Zo\\u00eb', why='x');"
        "call('erase_user', 'Zo\\u00eb', why='x', interactive=False)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**settings, "LC_ALL": "C", "DJANGO_SETTINGS_MODULE": "backend.settings"},
        capture_output=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    account, *_rest, last = ran.stdout.decode("ascii").splitlines()
    assert json.loads(account)["username"] == "Zoë"
    assert last.startswith("There was nothing left of Zo\\xeb")


def test_a_name_that_the_shell_could_not_read_is_nobody(db):
    unreadable = os.fsdecode(b"Zo\xff")
    for command in ("export_user", "erase_user"):
        with pytest.raises(CommandError, match="There is no user"):
            call_command(command, unreadable, why="x")


def test_an_export_that_fails_is_not_written_down(zoe, monkeypatch):
    def fail(_user):
        yield {"type": "account"}
        raise OSError

    monkeypatch.setattr("talk.exporting.export", fail)
    with pytest.raises(OSError):  # noqa: PT011
        export_to_file(zoe, None, "She asked.")

    assert not Act.objects.exists()
