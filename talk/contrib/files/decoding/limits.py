"""What a picture may cost, and the two ways in which one is turned down."""

from typing import Final

MOST_PIXELS: Final = 40_000_000
#: AVIF is encoded anew, which takes three times the memory, and a second for 8 million pixels.
MOST_PIXELS_OF_AVIF: Final = 24_000_000
MOST_PIXELS_OF_MOVING_AVIF: Final = 50_000_000
MOST_FRAMES: Final = 200
MOST_PIXELS_OF_ALL_FRAMES: Final = 200_000_000
#: A progressive JPEG has about ten scans. Each is a pass over all its pixels.
MOST_SCANS: Final = 100
#: Of a colour profile, decompressed.
MOST_PROFILE_BYTES: Final = 1_000_000

#: For the whole process.
CPU_SECONDS: Final = 30
WALL_SECONDS: Final = 60
MOST_MEMORY: Final = 1024 * 1024 * 1024


class TooCostly(Exception):
    """The file is made, or might be made, to exhaust whoever opens it."""


class NoPicture(Exception):
    """The file is no picture of this type, or not a whole one."""


class Frames:
    """Counts frames and their pixels while a file is read, and refuses too many."""

    def __init__(self, most_pixels: int = MOST_PIXELS_OF_ALL_FRAMES) -> None:
        self._most_pixels = most_pixels
        self.count = self._pixels = 0

    def add(self, width: int, height: int) -> None:
        check_size(width, height)
        self.count += 1
        self._pixels += width * height
        if self.count > MOST_FRAMES:
            raise TooCostly(f"It has more than {MOST_FRAMES} frames.")
        if self._pixels > self._most_pixels:
            raise TooCostly(f"Its frames have more than {self._most_pixels} pixels.")


def check_size(width: int, height: int, most_pixels: int = MOST_PIXELS) -> None:
    if width < 1 or height < 1:
        raise NoPicture("It has no width or no height.")
    if width * height > most_pixels:
        raise TooCostly(f"It has more than {most_pixels} pixels.")
