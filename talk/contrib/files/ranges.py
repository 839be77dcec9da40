"""Reads the header `Range`: which part of a file a client asks for."""

import re

#: One range. Several at once are answered with the whole file, which the protocol allows.
_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class NotSatisfiable(Exception):
    """The file has no byte of the range."""


def part_of(size: int, header: str | None) -> range | None:
    """The bytes that `header` asks of a file with `size` bytes.

    None if it asks for the whole file, or can't be understood.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        part = range(max(0, size - int(last)), size)
    elif last and int(last) < int(first):
        return None
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    if not part:
        raise NotSatisfiable
    return part
