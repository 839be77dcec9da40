"""Pictures are read by a process of its own, which has limits and may end anyhow."""

import stat
import subprocess
import sys
from contextlib import ExitStack
from tempfile import TemporaryFile

import pytest
from PIL import Image

from talk.contrib.files import pictures
from talk.contrib.files.decoding import limits

from .drawn import SECRET, drawing, huge_png, saved, with_secrets


@pytest.fixture
def file():
    """`file(data)`: an open file with these bytes."""
    with ExitStack() as opened:

        def make(data):
            made = opened.enter_context(TemporaryFile())
            made.write(data)
            made.flush()
            made.seek(0)
            return made

        yield make


@pytest.fixture
def instead(tmp_path, monkeypatch):
    """`instead(script)` runs this script of the shell instead of Python."""

    def replace(script):
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(sys, "executable", str(program))

    return replace


def test_a_picture_is_read_by_a_process_of_its_own(file):
    with pictures.read(file(with_secrets("image/jpeg", 6)), "image/jpeg") as picture:
        assert (picture.width, picture.height) == (30, 40)
        assert SECRET not in picture.copy.read()
        for smaller in (picture.preview, picture.thumbnail):
            assert Image.open(smaller).size == (30, 40)
        assert picture.placeholder.startswith("data:image/webp;base64,")


@pytest.mark.parametrize(
    ("data", "error", "why"),
    [
        (huge_png(), pictures.Refused, "pixels"),
        (saved(drawing(), "image/png")[:-20], pictures.Broken, "whole"),
        (b"MZ" + bytes(100), pictures.Broken, "begin"),
    ],
    ids=["bomb", "cut", "another type"],
)
def test_what_is_none_is_told_from_what_costs_too_much(file, data, error, why):
    with pytest.raises(error, match=why):
        with pictures.read(file(data), "image/png"):
            pytest.fail("It was read.")


# What it does is in the shell's words.
@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("kill -9 $$", pictures.Died),
        ("kill -11 $$", pictures.Died),
        ("kill -XCPU $$", pictures.Refused),
        ("echo No room >&2; exit 1", pictures.Unread),
        ("exit 0", pictures.Unread),
        ("echo '{}'", pictures.Unread),
        ("echo '[1, 2]'", pictures.Unread),
        ("head -c 100000 /dev/zero", pictures.Unread),
        ("""echo '{"width": -1, "height": -1, "placeholder": "data:"}'""", pictures.Unread),
        ("""echo '{"width": 3, "height": 3, "placeholder": "javascript:"}'""", pictures.Unread),
        ("exec sleep 60", pictures.Died),
    ],
)
def test_a_process_that_ends_anyhow_is_no_answer(file, instead, monkeypatch, script, error):
    instead(script)
    if "sleep" in script:
        monkeypatch.setattr(limits, "WALL_SECONDS", 0)
        monkeypatch.setattr(pictures, "_grace_seconds", 0.05)

    with pytest.raises(error) as caught:
        with pictures.read(file(b"x"), "image/png"):
            pytest.fail("It was read.")
    # A full disk is no fault of the picture.
    assert isinstance(caught.value, pictures.Died) == (error is pictures.Died)


def test_a_program_that_is_not_there_is_no_answer(file, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(pictures.Unread):
        with pictures.read(file(b"x"), "image/png"):
            pytest.fail("It was read.")


def test_the_process_gets_no_secrets(file, instead, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://talk:secret@localhost/talk")
    instead("""printf '{"broken": "%s"}' "$(/usr/bin/env | tr '\\n' ' ')" """)

    with pytest.raises(pictures.Broken) as caught:
        with pictures.read(file(b"x"), "image/png"):
            pytest.fail("It was read.")
    assert "PYTHONPATH" in str(caught.value)
    assert "secret" not in str(caught.value)


LIMITED = """
import errno, resource, signal, sys
from talk.contrib.files.decoding.__main__ import limit

assert not {"django", "channels", "talk.models"} & set(sys.modules), "It starts slowly."
limit(most_bytes=1000)
for name in ("CPU", "FSIZE", "CORE"):
    soft, hard = resource.getrlimit(getattr(resource, "RLIMIT_" + name))
    assert 0 <= soft == hard <= 1000, name
assert 0 < signal.alarm(0) <= 60
with open(sys.argv[1], "wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(999))
    except OSError as error:
        assert error.errno == errno.EFBIG
if sys.platform == "linux":
    try:
        bytearray(2 * 1024**3)
    except MemoryError:
        pass
    else:
        raise AssertionError("It takes all memory.")
"""


def test_the_process_has_limits(tmp_path):
    subprocess.run([sys.executable, "-c", LIMITED, tmp_path / "written"], check=True)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [("image/png", True), ("image/tiff", False), ("text/plain", False)],
)
def test_what_can_be_read(monkeypatch, content_type, expected):
    assert pictures.can_read(content_type) is expected
    # Without Pillow.
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    assert not pictures.can_read(content_type)
