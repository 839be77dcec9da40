"""Encodes an AVIF picture again, moving or not, without what says more than it shows.

Where the metadata are in an AVIF file is said by tables of offsets, so they can't just be left out.
"""

from io import BytesIO
from typing import BinaryIO

from PIL import AvifImagePlugin, Image

from .limits import MOST_PIXELS_OF_AVIF, MOST_PIXELS_OF_MOVING_AVIF, Frames, check_size
from .orientation import exif_of, orientation_of

QUALITY = 85
#: The fastest.
SPEED = 10
# Each thread takes memory of its own.
AvifImagePlugin.DEFAULT_MAX_THREADS = MOST_THREADS = 1


def copy(data: memoryview, out: BinaryIO) -> int:
    """Write the picture in `data` to `out`, encoded anew. Return its orientation."""
    with Image.open(BytesIO(data), formats=["AVIF"]) as image:
        check_size(*image.size, most_pixels=MOST_PIXELS_OF_AVIF)
        frames, durations = Frames(MOST_PIXELS_OF_MOVING_AVIF), []
        for each in range(getattr(image, "n_frames", 1)):
            frames.add(*image.size)
            image.seek(each)
            image.load()
            durations.append(image.info.get("duration", 0))
        orientation = orientation_of(image.info.get("exif", b""))
        image.seek(0)
        image.save(
            out,
            "AVIF",
            save_all=frames.count > 1,
            quality=QUALITY,
            speed=SPEED,
            duration=durations,
            max_threads=MOST_THREADS,
            exif=exif_of(orientation),
        )
    return orientation
