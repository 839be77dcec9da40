"""Copies a PNG, moving or not, without the chunks that say more than the picture shows."""

import struct
import zlib
from typing import BinaryIO

from .limits import MOST_PROFILE_BYTES, Frames, NoPicture, TooCostly, check_size
from .orientation import exif_of, orientation_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: What the pixels, their colours and the movement need. No text, time or EXIF data.
NEEDED = {
    *(b"PLTE", b"IDAT", b"tRNS", b"sBIT", b"bKGD", b"pHYs"),
    *(b"cHRM", b"gAMA", b"iCCP", b"sRGB", b"cICP", b"mDCV", b"cLLI"),
    *(b"acTL", b"fcTL", b"fdAT"),
}


def copy(data: memoryview, out: BinaryIO) -> int:
    """Write the picture in `data` to `out`, up to its end. Return its orientation."""
    if bytes(data[:8]) != SIGNATURE or bytes(data[12:16]) != b"IHDR":
        raise NoPicture("It does not begin as a PNG.")
    frames, orientation = Frames(), 1
    width, height = struct.unpack(">II", data[16:24])
    check_size(width, height)
    out.write(SIGNATURE)
    at, kind = 8, b""
    while kind != b"IEND":
        kind, payload, end = _chunk(data, at)
        if kind == b"fcTL":
            # Each frame is drawn on a canvas of the size of the whole.
            frames.add(width, height)
        elif kind == b"iCCP":
            _check_profile(payload)
        elif kind == b"eXIf" and orientation == 1:
            orientation = orientation_of(bytes(payload))
            if orientation != 1:
                out.write(chunk(b"eXIf", exif_of(orientation)))
        if kind in NEEDED or (kind, at) == (b"IHDR", 8) or kind == b"IEND":
            out.write(data[at:end])
        at = end
    return orientation


def chunk(kind: bytes, payload: bytes) -> bytes:
    checksum = zlib.crc32(kind + payload)
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", checksum)


def _chunk(data: memoryview, at: int) -> tuple[bytes, memoryview, int]:
    """The kind of the chunk at this place, what is in it, and where it ends."""
    end = at + 12 + int.from_bytes(data[at : at + 4], "big")
    if at + 12 > len(data) or end > len(data):
        raise NoPicture("It is not whole.")
    checksum = int.from_bytes(data[end - 4 : end], "big")
    if zlib.crc32(data[at + 4 : end - 4]) != checksum:
        raise NoPicture("A checksum is wrong.")
    return bytes(data[at + 4 : at + 8]), data[at + 8 : end - 4], end


def _check_profile(payload: memoryview) -> None:
    _name, _zero, rest = bytes(payload).partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(rest[1:], MOST_PROFILE_BYTES + 1)
    except zlib.error as error:
        raise NoPicture("Its colour profile can't be read.") from error
    if len(profile) > MOST_PROFILE_BYTES:
        raise TooCostly(f"Its colour profile has more than {MOST_PROFILE_BYTES} bytes.")
