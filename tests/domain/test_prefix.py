"""The prefix of an installation's names in Redis."""

import re
import subprocess
import sys
import uuid

import pytest
from django.db import connections

from talk import wakeups
from talk.prefix import prefix

from ..project.markdown import ROOT
from ..project.processes import environment

GROUPS = [
    wakeups.conversation_group,
    wakeups.user_group,
    wakeups.typing_group,
    wakeups.presence_group,
]


def names():
    return {prefix(), *(group(1) for group in GROUPS)}


@pytest.fixture
def called(monkeypatch):
    """What is called how, if the default database is that."""

    def called(**database):
        default = connections.settings["default"]
        monkeypatch.setitem(connections.settings, "default", {**default, **database})
        return names()

    return called


def test_installations_differ_by_the_names_of_their_databases(called, tmp_path, monkeypatch):
    of_talk = called(ENGINE="django.db.backends.postgresql", NAME="talk")
    of_shop = called(ENGINE="django.db.backends.postgresql", NAME="shop")
    assert of_talk.isdisjoint(of_shop)
    by_service = called(NAME="", OPTIONS={"service": "talk"})
    assert by_service == of_talk

    monkeypatch.chdir(tmp_path)
    relative = called(ENGINE="django.db.backends.sqlite3", NAME="db.sqlite3")
    assert relative == called(NAME=tmp_path / "db.sqlite3")
    assert relative.isdisjoint(called(NAME="/elsewhere/db.sqlite3"))


def test_a_prefix_that_is_given_stands_in_all_names(settings):
    settings.TALK = {**settings.TALK, "REDIS_PREFIX": "shop"}

    assert all(name.startswith("talk.shop") for name in names())


@pytest.mark.parametrize("given", [None, "x" * 40])
def test_channels_takes_all_names(settings, given):
    settings.TALK = {**settings.TALK, "REDIS_PREFIX": given}

    last = wakeups.SHARDS - 1
    keys = [last, uuid.uuid4(), last, uuid.uuid4()]
    for group, key in zip(GROUPS, keys, strict=True):
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,99}", group(key))


def test_two_processes_of_one_installation_agree():
    code = "import django; django.setup(); from talk.prefix import prefix; print(prefix())"
    url = "postgres://{}@{}/talk"
    said = {
        subprocess.check_output(
            [sys.executable, "-c", code],
            cwd=ROOT,
            text=True,
            env=environment(
                DEBUG=1,
                DJANGO_SETTINGS_MODULE="backend.settings",
                # From another machine, by another name and role, it is the same database.
                DATABASE_URL=url.format(*at),
            ),
        )
        for at in (("web", "localhost"), ("worker:secret", "db.example:6432"))
    }

    assert len(said) == 1
