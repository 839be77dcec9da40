"""What reading a picture costs: `python -m tests.bench.pictures`.

Each picture is read once by a process of its own, as the worker has it read. Measured are the CPU
time of that process and the most memory that it held. The pictures are drawn first, with soft
patterns; those of cameras take about as long.
"""

import resource
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from talk.contrib.files import pictures

from .servers import described, written

#: Million pixels.
TWELVE, TWENTY_FOUR, FORTY = (4000, 3000), (6000, 4000), (8000, 5000)
PROGRESSIVE = {"progressive": True, "subsampling": 0}
PICTURES = (
    ("a JPEG of 1,200 pixels", "jpeg", (40, 30), {}),
    ("a JPEG of 12 million pixels", "jpeg", TWELVE, {}),
    ("a JPEG of 40 million", "jpeg", FORTY, {}),
    ("a progressive JPEG of 40 million", "jpeg", FORTY, PROGRESSIVE),
    ("a PNG of 12 million", "png", TWELVE, {"compress_level": 1}),
    ("a PNG of 40 million", "png", FORTY, {"compress_level": 1}),
    ("a WebP picture of 12 million", "webp", TWELVE, {"method": 0}),
    ("a WebP picture of 40 million", "webp", FORTY, {"method": 0}),
    ("an AVIF picture of 12 million", "avif", TWELVE, {"speed": 10}),
    ("an AVIF picture of 24 million", "avif", TWENTY_FOUR, {"speed": 10}),
    ("a GIF of 200 frames, 50 million in all", "gif", (500, 500), {"frames": 200}),
)


def draw(path, size, frames=1, **options):
    width, height = size[0] + 10 * frames, size[1]
    noise = Image.effect_noise((width // 8, height // 8), 60).convert("RGB")
    whole = noise.resize((width, height), Image.Resampling.BICUBIC)
    first, *others = (
        whole.crop((10 * each, 0, 10 * each + size[0], height)) for each in range(frames)
    )
    first.save(path, save_all=bool(others), append_images=others, **options)


def read(path):
    """CPU seconds and megabytes of the process that reads this picture."""
    with path.open("rb") as file, pictures.read(file, f"image/{path.suffix[1:]}"):
        pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(used.ru_utime + used.ru_stime, 2), round(used.ru_maxrss / 1024)


def apart(call):
    """What `call` returns in a process of its own, whose counters and memory are all new."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(call).result()


def main():
    rows = []
    with TemporaryDirectory() as folder:
        for name, extension, size, options in PICTURES:
            path = Path(folder) / f"picture.{extension}"
            apart(partial(draw, path, size, **options))
            seconds, megabytes = apart(partial(read, path))
            rows.append({"picture": name, "cpu_seconds": seconds, "mb": megabytes})
            print(f"{name}: {seconds} s, {megabytes} MB")  # noqa: T201
    written("pictures", {**described(), "pictures": rows})


if __name__ == "__main__":
    main()
