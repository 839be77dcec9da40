"""What `manage.py check` says of files."""

import pytest
from django.test import override_settings

from talk.contrib.files import pictures
from talk.contrib.files.checks import (
    check_internal_url,
    check_pictures,
    check_scanner,
    check_storage,
    check_urls,
)


def ids(found):
    return [each.id for each in found]


def test_all_is_well():
    assert [*check_storage(), *check_urls(), *check_internal_url()] == []


def test_a_storage_is_needed(settings):
    settings.STORAGES = {name: each for name, each in settings.STORAGES.items() if name != "talk"}
    assert ids(check_storage()) == ["talk_files.E001"]
    for unfit in ({"BACKEND": "host.Nothing"}, {"BACKEND": "builtins.dict", "OPTIONS": {1: 2}}):
        settings.STORAGES = {**settings.STORAGES, "talk": unfit}
        assert ids(check_storage()) == ["talk_files.E001"]


@pytest.mark.parametrize(("folder", "found"), [("media/files", ["talk_files.W001"]), ("files", [])])
def test_a_folder_that_is_served_is_warned_of(settings, tmp_path, folder, found):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STORAGES = {
        **settings.STORAGES,
        "talk": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / folder},
        },
    }
    assert ids(check_storage()) == found


@override_settings(ROOT_URLCONF="schema.urls")
def test_urls_are_needed():
    assert ids(check_urls()) == ["talk_files.E002"]


@pytest.mark.parametrize("given", ["internal/", "/internal", "", 17])
def test_an_internal_url_is_a_folder(settings, given):
    settings.TALK = {**settings.TALK, "FILES_INTERNAL_URL": given}
    assert ids(check_internal_url()) == ["talk_files.E003"]


def test_without_pillow_pictures_keep_their_places(monkeypatch):
    assert check_pictures() == []
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    assert ids(check_pictures()) == ["talk_files.W002"]


@pytest.mark.parametrize(
    ("scanner", "found"),
    [
        (None, []),
        ("talk.contrib.files.clamd.scan", []),
        ("talk.contrib.files.clamd.SECONDS", ["talk_files.E004"]),
        ("talk.contrib.files.clamd.scam", ["talk_files.E004"]),
        ("host.nothing.scan", ["talk_files.E004"]),
        (len, ["talk_files.E004"]),
    ],
)
def test_a_scanner_is_a_function(settings, scanner, found):
    settings.TALK = {**settings.TALK, "SCANNER": scanner}
    assert ids(check_scanner()) == found
