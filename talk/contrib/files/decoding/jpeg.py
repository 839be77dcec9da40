"""Copies a JPEG without the segments that say more than the picture shows."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .limits import MOST_SCANS, NoPicture, TooCostly, check_size
from .orientation import exif_of, orientation_of

EOI, SOS = 0xD9, 0xDA
APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
#: Start of frame: all but those of tables, of lossless and of hierarchical pictures.
SIZES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
#: Besides, Huffman tables, arithmetic conditioning, quantization tables, restart interval.
NEEDED = {*SIZES, SOS, 0xC4, 0xCC, 0xDB, 0xDD}
# Pixels go on over stuffed zeros, restart markers and padding.
_next_marker = re.compile(rb"\xff(?![\x00\xd0-\xd7\xff])")


class Segment(NamedTuple):
    marker: int
    payload: bytes
    #: All its bytes, and those of the scan after it.
    whole: memoryview


def copy(data: memoryview, out: BinaryIO) -> int:
    """Write the picture in `data` to `out`, up to its end. Return its orientation."""
    kept: list[memoryview] = []
    first, orientation = b"", 1
    for marker, payload, whole in _counted(_segments(data)):
        if marker == APP0 and payload.startswith(b"JFIF\0"):
            # Without its thumbnail.
            first = written(APP0, payload[:12] + b"\0\0")
        elif marker == APP1 and payload.startswith(b"Exif\0\0"):
            orientation = orientation_of(payload)
        elif _is_needed(marker, payload):
            kept.append(whole)
    out.write(b"\xff\xd8" + first)
    if orientation != 1:
        out.write(written(APP1, b"Exif\0\0" + exif_of(orientation)))
    out.writelines(kept)
    out.write(b"\xff\xd9")
    return orientation


def written(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload


def _counted(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Refuse more than one picture, none, and too many scans."""
    sizes = scans = 0
    for segment in segments:
        sizes, scans = sizes + (segment.marker in SIZES), scans + (segment.marker == SOS)
        if scans > MOST_SCANS:
            raise TooCostly(f"It has more than {MOST_SCANS} scans.")
        yield segment
    if sizes != 1 or not scans:
        raise NoPicture("It is not one picture.")


def _segments(data: memoryview) -> Iterator[Segment]:
    if bytes(data[:2]) != b"\xff\xd8":
        raise NoPicture("It does not begin as a JPEG.")
    at = 2
    while True:
        while bytes(data[at : at + 2]) == b"\xff\xff":
            # Padding before a marker.
            at += 1
        marker, payload, end = _segment(data, at)
        if marker == EOI:
            return
        if marker in SIZES:
            check_size(*_size(payload))
        if marker == SOS:
            end = _end_of_scan(data, end)
        yield Segment(marker, payload, data[at:end])
        at = end


def _segment(data: memoryview, at: int) -> tuple[int, bytes, int]:
    """The marker at this place, the contents of its segment, and where this ends."""
    if at + 2 > len(data) or data[at] != 0xFF:
        raise NoPicture("It ends, or has something else, where a marker should be.")
    if data[at + 1] == EOI:
        return EOI, b"", at + 2
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    end = at + 2 + length
    if length < 2 or end > len(data):
        raise NoPicture("A segment is not whole.")
    return data[at + 1], bytes(data[at + 4 : end]), end


def _end_of_scan(data: memoryview, at: int) -> int:
    found = _next_marker.search(data, at)
    if found is None:
        raise NoPicture("It is not whole.")
    return found.start()


def _size(payload: bytes) -> tuple[int, int]:
    return int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big")


def _is_needed(marker: int, payload: bytes) -> bool:
    if marker == APP2:
        return payload.startswith(b"ICC_PROFILE\0")
    # Adobe's says how the colours are to be understood.
    return marker in NEEDED or (marker == APP14 and payload.startswith(b"Adobe"))
