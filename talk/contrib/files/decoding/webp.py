"""Copies a WebP picture, moving or not, without the chunks that say more than it shows."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from .limits import Frames, NoPicture, check_size
from .orientation import exif_of, orientation_of

EXIF_FLAG, XMP_FLAG = 0b1000, 0b100
#: What the pixels, their colours and the movement need.
NEEDED = {b"ALPH", b"ANIM", b"ICCP", b"VP8 ", b"VP8L"}


def copy(data: memoryview, out: BinaryIO) -> int:
    """Write the picture in `data` to `out`, up to its end. Return its orientation."""
    frames, head, kept = Frames(), b"", BytesIO()
    canvas, orientation = (0, 0), 1
    for kind, payload in _chunks(_body(data)):
        if kind == b"VP8X" and not head:
            head = bytes(payload)
            canvas = _wide_number(payload, 4) + 1, _wide_number(payload, 7) + 1
            check_size(*canvas)
        elif kind == b"ANMF":
            frames.add(*canvas)
            kept.write(chunk(kind, bytes(payload[:16]) + _picture(payload[16:])))
        elif kind == b"EXIF":
            orientation = orientation_of(bytes(payload))
        else:
            kept.write(_needed(kind, payload))
    body = kept.getvalue()
    if head:
        turned = chunk(b"EXIF", exif_of(orientation)) if orientation != 1 else b""
        body = _extended(head, has_exif=orientation != 1) + body + turned
    out.write(b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body)
    return orientation


def _body(data: memoryview) -> memoryview:
    if bytes(data[:4]) != b"RIFF" or bytes(data[8:12]) != b"WEBP":
        raise NoPicture("It does not begin as a WebP picture.")
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise NoPicture("It is not whole.")
    return data[12:end]


def chunk(kind: bytes, payload: bytes | memoryview) -> bytes:
    padding = b"\0" * (len(payload) % 2)
    return b"".join((kind, len(payload).to_bytes(4, "little"), payload, padding))


def _extended(head: bytes, *, has_exif: bool) -> bytes:
    """The chunk that says which chunks there are."""
    flags = head[0] & ~(EXIF_FLAG | XMP_FLAG) | (EXIF_FLAG if has_exif else 0)
    return chunk(b"VP8X", bytes([flags]) + head[1:])


def _picture(data: memoryview) -> bytes:
    """The chunks of one frame that it needs."""
    return b"".join(_needed(kind, payload) for kind, payload in _chunks(data))


def _needed(kind: bytes, payload: memoryview) -> bytes:
    """The chunk, or nothing."""
    if kind not in NEEDED:
        return b""
    _check_pixels(kind, payload)
    return chunk(kind, payload)


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > len(data):
            raise NoPicture("It is not whole.")
        yield bytes(data[at : at + 4]), data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _check_pixels(kind: bytes, payload: memoryview) -> None:
    """A decoder takes memory for the size that is said here, whatever the canvas is."""
    if len(payload) < 10 and kind in (b"VP8 ", b"VP8L"):
        raise NoPicture("It is not whole.")
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", payload[6:10])
        check_size(width & 0x3FFF, height & 0x3FFF)
    elif kind == b"VP8L":
        bits = int.from_bytes(payload[1:5], "little")
        check_size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)


def _wide_number(data: memoryview, at: int) -> int:
    if len(data) < at + 3:
        raise NoPicture("It is not whole.")
    return int.from_bytes(data[at : at + 3], "little")
