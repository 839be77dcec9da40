"""Copies a GIF, moving or not, without the blocks that say more than the picture shows."""

from typing import BinaryIO

from .limits import Frames, NoPicture

EXTENSION, FRAME, TRAILER = 0x21, 0x2C, 0x3B
#: The extension that says for how long a frame is shown, and how it is replaced.
CONTROL = 0xF9
APPLICATION = 0xFF
#: The applications whose extension says how often the frames are repeated.
LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}


def copy(data: memoryview, out: BinaryIO) -> int:
    """Write the picture in `data` to `out`, up to its end. Return its orientation."""
    if bytes(data[:6]) not in (b"GIF87a", b"GIF89a"):
        raise NoPicture("It does not begin as a GIF.")
    frames = Frames()
    width, height = _number(data, 6), _number(data, 8)
    at = 13 + _colours(data, 10)
    out.write(data[:at])
    while (kind := _byte(data, at)) != TRAILER:
        if kind == FRAME:
            right = _number(data, at + 1) + _number(data, at + 5)
            bottom = _number(data, at + 3) + _number(data, at + 7)
            # Some programs draw a frame that is larger than the whole.
            frames.add(max(width, right), max(height, bottom))
            # After the colours comes one byte, then the pixels.
            end = _end_of_blocks(data, at + 10 + _colours(data, at + 9) + 1)
            out.write(data[at:end])
        elif kind == EXTENSION:
            end = _end_of_blocks(data, at + 2)
            if _is_needed(data, at):
                out.write(data[at:end])
        else:
            raise NoPicture("It has a block of an unknown kind.")
        at = end
    if not frames.count:
        raise NoPicture("It has no frame.")
    out.write(bytes([TRAILER]))
    return 1


def _is_needed(data: memoryview, at: int) -> bool:
    label = _byte(data, at + 1)
    return label == CONTROL or (label == APPLICATION and bytes(data[at + 3 : at + 14]) in LOOPS)


def _byte(data: memoryview, at: int) -> int:
    if at >= len(data):
        raise NoPicture("It is not whole.")
    return data[at]


def _number(data: memoryview, at: int) -> int:
    return _byte(data, at) + 256 * _byte(data, at + 1)


def _colours(data: memoryview, at: int) -> int:
    """How many bytes the table of colours has which the flags at this place announce."""
    flags = _byte(data, at)
    return 3 * 2 ** ((flags & 0b111) + 1) if flags & 0b1000_0000 else 0


def _end_of_blocks(data: memoryview, at: int) -> int:
    """Where a row of blocks ends. Each begins with its length, and the last one is empty."""
    while length := _byte(data, at):
        at += 1 + length
    return at + 1
