"""Reads one picture: from standard input, into the files whose descriptors are the arguments.

    python -m talk.contrib.files.decoding image/png COPY PREVIEW THUMBNAIL

Standard output gets one JSON object: `{"width", "height", "placeholder"}` of a picture that was
read, `{"refused": why}` of one that costs too much, or `{"broken": why}`. A process that ends
without one ran into a limit of its own, or something is wrong with the machine.
"""

import errno
import json
import mmap
import os
import signal
import sys
from importlib import import_module

from .limits import CPU_SECONDS, MOST_MEMORY, MOST_PIXELS, WALL_SECONDS, NoPicture, TooCostly

#: Module of this package, and Pillow's name.
FORMATS = {
    "image/avif": ("avif", "AVIF"),
    "image/gif": ("gif", "GIF"),
    "image/jpeg": ("jpeg", "JPEG"),
    "image/png": ("png", "PNG"),
    "image/webp": ("webp", "WEBP"),
}


def limit(most_bytes: int) -> None:
    """Bound what this process may use. If its parent dies, it still ends."""
    if hasattr(signal, "alarm"):
        signal.alarm(WALL_SECONDS)
    if hasattr(os, "nice"):
        # Answers to people come first.
        os.nice(10)
    try:
        import resource
    except ImportError:
        return
    for name, most in (
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_AS", MOST_MEMORY),
        ("RLIMIT_FSIZE", most_bytes),
        ("RLIMIT_CORE", 0),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (OSError, ValueError):
            # macOS knows no limit of memory. What the header may say still bounds it.
            continue


def read(content_type: str, *outputs: int) -> dict[str, int | str]:
    module, pillows = FORMATS[content_type]
    size = os.fstat(sys.stdin.fileno()).st_size
    # A copy is not larger, but for AVIF, which is encoded anew.
    limit(most_bytes=2 * size + 4_000_000)
    try:
        return _read(module, pillows, size, *outputs)
    except TooCostly as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "It takes too much memory."}
    except NoPicture as error:
        return {"broken": str(error)}
    except Exception as error:
        return _judge(error)


def _read(module: str, pillows: str, size: int, *outputs: int) -> dict[str, int | str]:
    from PIL import Image

    from .smaller import describe

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    copy, preview, thumbnail = (os.fdopen(each, "w+b") for each in outputs)
    with copy, preview, thumbnail:
        data = memoryview(mmap.mmap(sys.stdin.fileno(), size, access=mmap.ACCESS_READ))
        orientation = import_module(f".{module}", __package__).copy(data, copy)
        copy.seek(0)
        return describe(copy, pillows, orientation, preview, thumbnail)


def _judge(error: Exception) -> dict[str, int | str]:
    """Pillow's readers raise errors of many classes for a file that is broken."""
    from PIL import Image

    if isinstance(error, Image.DecompressionBombError):
        return {"refused": str(error)}
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return {"refused": "The copy is too large."}
    if isinstance(error, OSError) and error.errno is not None:
        # No room on the disk, for example.
        raise error
    return {"broken": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    answer = read(sys.argv[1], *map(int, sys.argv[2:]))
    json.dump(answer, sys.stdout)
