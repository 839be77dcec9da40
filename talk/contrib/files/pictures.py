"""Has pictures from strangers read by a process of its own, and takes its results."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from io import BufferedRandom
from tempfile import TemporaryFile
from typing import IO, Final

from .decoding import limits

#: What `decoding` reads. Pillow may have been built without some of them: then they are files.
CONTENT_TYPES: Final = frozenset(
    {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}
)
#: After the process should have ended by itself.
_grace_seconds = 10.0
_most_facts_bytes = 4_000
_placeholder = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/=]{1,900}")


class Refused(Exception):
    """The picture is made, or might be made, to exhaust whoever opens it."""


class Broken(Exception):
    """The file is no picture of its type, or not a whole one."""


class Unread(Exception):
    """The process could not do its work, for example because the disk is full."""


class Died(Unread):
    """The process was ended by a signal, or took too long: by the picture, or by the machine."""


@dataclass(frozen=True)
class Picture:
    #: The picture without EXIF data and the like, and two smaller ones.
    copy: BufferedRandom
    preview: BufferedRandom
    thumbnail: BufferedRandom
    #: As shown.
    width: int
    height: int
    placeholder: str


def can_read(content_type: str) -> bool:
    """Whether this is a picture, and the extra `files` is installed.

    Files are handed to the process as descriptors, which Windows doesn't do.
    """
    return content_type in CONTENT_TYPES and os.name == "posix" and find_spec("PIL") is not None


@contextmanager
def read(source: IO[bytes], content_type: str) -> Iterator[Picture]:
    """Read the picture in this file. Files of the result last as long as the context.

    They have no names, so nothing stays behind if this process is killed.
    """
    with ExitStack() as stack:
        copy, preview, thumbnail, facts, errors = (
            stack.enter_context(TemporaryFile()) for _each in range(5)
        )
        _run(content_type, source, [copy, preview, thumbnail], facts, errors)
        for each in (copy, preview, thumbnail):
            each.seek(0)
        yield Picture(copy, preview, thumbnail, *_facts(facts))


def _run(
    content_type: str,
    source: IO[bytes],
    results: list[IO[bytes]],
    facts: IO[bytes],
    errors: IO[bytes],
) -> None:
    descriptors = [each.fileno() for each in results]
    command = [sys.executable, "-P", "-S", "-m", "talk.contrib.files.decoding", content_type]
    # It finds the modules that this process finds, and gets nothing else of the environment, such
    # as passwords.
    environment = {"PYTHONPATH": os.pathsep.join(os.path.abspath(each) for each in sys.path)}
    try:
        process = subprocess.run(  # noqa: S603
            [*command, *map(str, descriptors)],
            stdin=source,
            stdout=facts,
            stderr=errors,
            pass_fds=descriptors,
            env=environment,
            timeout=limits.WALL_SECONDS + _grace_seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise Died("It took too long.") from error
    except OSError as error:
        raise Unread(f"The process did not start: {error}") from error
    if process.returncode == -signal.SIGXCPU:
        raise Refused("It takes too much time.")
    if process.returncode < 0:
        raise Died(f"Signal {-process.returncode} ended the process that read it.")
    if process.returncode:
        errors.seek(0)
        said = errors.read(_most_facts_bytes).decode(errors="replace")
        raise Unread(f"The process ended with {process.returncode}. {said}")


def _facts(file: IO[bytes]) -> tuple[int, int, str]:
    """What the process found out. It read what a stranger made, so it is not trusted."""
    file.seek(0)
    try:
        found = json.loads(file.read(_most_facts_bytes))
    except ValueError as error:
        raise Unread("The process said nothing that can be read.") from error
    match found:
        case {"refused": str(why)}:
            raise Refused(why)
        case {"broken": str(why)}:
            raise Broken(why)
        case {"width": int(width), "height": int(height), "placeholder": str(placeholder)}:
            if 0 < width * height <= limits.MOST_PIXELS and _placeholder.fullmatch(placeholder):
                return width, height, placeholder
    raise Unread("The process said something other than it should.")
