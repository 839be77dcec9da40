"""How a picture is to be turned: the one value of its EXIF data that is kept."""

import struct

from PIL import Image

TAG = 0x0112
_turns = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation_of(exif: bytes) -> int:
    """A number from 1 to 8. 1 is upright, and the answer if `exif` can't be read."""
    found = Image.Exif()
    try:
        found.load(exif)
        value = found.get(TAG)
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def exif_of(orientation: int) -> bytes:
    """EXIF data that holds an orientation and nothing else."""
    entry = struct.pack(">HHIHH", TAG, 3, 1, orientation, 0)
    return b"MM\0\x2a" + struct.pack(">IH", 8, 1) + entry + b"\0\0\0\0"


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as it is to be shown."""
    return image.transpose(_turns[orientation]) if orientation in _turns else image


def lies(orientation: int) -> bool:
    """Whether width and height change places when the picture is shown."""
    return orientation in (5, 6, 7, 8)
