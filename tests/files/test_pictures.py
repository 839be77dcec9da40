"""What the process that reads pictures makes of them, whatever they hold."""

import base64
import sys
import zlib
from importlib import import_module
from io import BytesIO

import pytest
from PIL import Image

from talk.contrib.files.decoding import limits
from talk.contrib.files.decoding.__main__ import FORMATS
from talk.contrib.files.decoding.smaller import describe

from .drawn import (
    ORIENTATION,
    PROFILE,
    SECRET,
    bomb,
    drawing,
    gif_of_many_frames,
    huge_png,
    jpeg_of_many_scans,
    moving,
    saved,
    with_chunk,
    with_secrets,
)

TYPES = sorted(FORMATS)


class Read:
    """What is made of a picture, in this process."""

    def __init__(self, data, content_type):
        module, pillows = FORMATS[content_type]
        copy, preview, thumbnail = BytesIO(), BytesIO(), BytesIO()
        copying = import_module(f"talk.contrib.files.decoding.{module}")
        self.orientation = copying.copy(memoryview(data), copy)
        copy.seek(0)
        self.facts = describe(copy, pillows, self.orientation, preview, thumbnail)
        self.copied = copy.getvalue()
        self.copy = Image.open(BytesIO(self.copied))
        self.preview, self.thumbnail = Image.open(preview), Image.open(thumbnail)

    @property
    def size(self):
        return self.facts["width"], self.facts["height"]


def colours(image):
    """Those of a pixel at the left and of one at the right."""
    image = image.convert("RGB")
    return [image.getpixel((x, image.height // 2)) for x in (2, image.width - 3)]


def is_red(colour):
    return colour[0] > 180 and colour[2] < 80


@pytest.mark.parametrize("content_type", TYPES)
def test_nothing_stays_but_what_the_picture_shows(content_type):
    data = with_secrets(content_type)
    assert SECRET in data

    read = Read(data, content_type)

    assert SECRET not in read.copied
    assert not read.copy.getexif()
    assert not {"xmp", "comment", "Comment", "photoshop"} & set(read.copy.info)
    assert read.size == (40, 30)
    for smaller in (read.preview, read.thumbnail):
        assert smaller.format == "WEBP"
        assert not {"exif", "xmp", "icc_profile"} & set(smaller.info)


@pytest.mark.parametrize("content_type", TYPES)
def test_the_pixels_and_the_profile_stay(content_type):
    data = with_secrets(content_type)

    read = Read(data, content_type)

    before, after = Image.open(BytesIO(data)).convert("RGB"), read.copy.convert("RGB")
    if content_type == "image/avif":
        assert is_red(colours(after)[0])
        assert not is_red(colours(after)[1])
    else:
        assert before.tobytes() == after.tobytes()
    if content_type != "image/gif":
        assert read.copy.info["icc_profile"] == PROFILE


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/webp", "image/avif"])
def test_a_picture_is_turned_as_its_camera_was(content_type, orientation):
    read = Read(with_secrets(content_type, orientation), content_type)

    assert read.copy.getexif().get(ORIENTATION, 1) == orientation
    assert dict(read.copy.getexif()) in ({}, {ORIENTATION: orientation})
    assert read.size == ((30, 40) if orientation >= 5 else (40, 30))
    for smaller in (read.preview, read.thumbnail):
        assert smaller.size == read.size
    if orientation < 5:
        left, right = colours(read.preview)
        assert is_red(right if orientation in (2, 3) else left)
    else:
        upper, lower = colours(read.preview.transpose(Image.Transpose.TRANSPOSE))
        assert is_red(lower if orientation in (7, 8) else upper)


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"MM\0*\xff\xff\xff\xff", b"II*\0" + bytes(60)])
def test_exif_data_that_are_broken_turn_nothing(exif):
    data = saved(drawing(), "image/png")
    broken = with_chunk(b"eXIf", exif)

    assert Read(broken, "image/png").size == Read(data, "image/png").size == (40, 30)


@pytest.mark.parametrize("content_type", ["image/gif", "image/png", "image/webp", "image/avif"])
def test_a_moving_picture_moves_on(content_type):
    data = moving(content_type, 4)

    read = Read(data, content_type)

    assert read.copy.n_frames == 4
    for each in range(4):
        read.copy.seek(each)
        read.copy.load()
        assert read.copy.info["duration"] == 50
    assert getattr(read.thumbnail, "n_frames", 1) == 1
    if content_type != "image/avif":
        assert read.copied == data


@pytest.mark.parametrize(
    ("size", "preview", "thumbnail"),
    [
        ((3000, 1500), (1280, 640), (320, 160)),
        ((400, 800), (400, 800), (160, 320)),
        ((50, 20), (50, 20), (50, 20)),
        ((1, 2000), (1, 1280), (1, 320)),
    ],
)
def test_smaller_pictures_are_never_larger(size, preview, thumbnail):
    read = Read(saved(drawing(size), "image/jpeg"), "image/jpeg")

    assert (read.size, read.preview.size, read.thumbnail.size) == (size, preview, thumbnail)
    scheme, data = read.facts["placeholder"].split(",")
    placeholder = Image.open(BytesIO(base64.b64decode(data)))
    assert scheme == "data:image/webp;base64"
    assert max(placeholder.size) <= 16
    assert len(read.facts["placeholder"]) <= 1_000


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_colours_can_be_made_smaller(mode):
    if mode == "I;16":
        image = Image.new("I;16", (40, 30), 40_000)
    else:
        image = drawing(left="white", right="black").convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(200)
    read = Read(saved(image, "image/png"), "image/png")

    assert read.thumbnail.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    left = colours(read.thumbnail)[0][0]
    # White, but for the 16 bits of grey: 40,000 of 65,535 are 156 of 255.
    assert abs(left - (156 if mode == "I;16" else 255)) < 8


def test_four_colours_of_print_become_three_of_screens():
    read = Read(saved(drawing(mode="CMYK"), "image/jpeg"), "image/jpeg")

    assert read.copy.mode == "CMYK"
    assert is_red(colours(read.preview)[0])


def test_transparent_pixels_do_not_colour_their_neighbours():
    image = Image.new("RGBA", (4000, 2), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 2000, 2))

    preview = Read(saved(image, "image/png"), "image/png").preview

    shown = [pixel for pixel in preview.get_flattened_data() if pixel[3] > 128]
    assert shown
    assert all(is_red(pixel) for pixel in shown)


BOMBS = {
    "size": (huge_png(), "image/png", "pixels"),
    "size of frames": (moving("image/png", 250), "image/png", "frames"),
    "frames": (gif_of_many_frames(10_000), "image/gif", "frames"),
    "frames of WebP": (moving("image/webp", 201, method=0), "image/webp", "frames"),
    "scans": (jpeg_of_many_scans(200), "image/jpeg", "scans"),
    "profile": (with_chunk(b"iCCP", bomb()), "image/png", "profile"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_a_pixel_is_decoded(name, monkeypatch):
    data, content_type, why = BOMBS[name]
    monkeypatch.setattr(Image, "open", None)

    with pytest.raises(limits.TooCostly, match=why):
        Read(data, content_type)


@pytest.mark.parametrize("content_type", TYPES)
def test_too_many_pixels_are_refused(content_type, monkeypatch):
    name = "MOST_PIXELS_OF_AVIF" if content_type == "image/avif" else "MOST_PIXELS"
    data = saved(drawing(), content_type)
    for module in (limits, sys.modules["talk.contrib.files.decoding.avif"]):
        monkeypatch.setattr(module, name, 40 * 30 - 1, raising=False)
    monkeypatch.setattr(limits.check_size, "__defaults__", (40 * 30 - 1,))

    with pytest.raises(limits.TooCostly):
        Read(data, content_type)


@pytest.mark.parametrize("content_type", ["image/gif", "image/png", "image/webp", "image/avif"])
def test_too_many_pixels_of_all_frames_are_refused(content_type, monkeypatch):
    if content_type == "image/avif":
        avif = sys.modules["talk.contrib.files.decoding.avif"]
        monkeypatch.setattr(avif, "MOST_PIXELS_OF_MOVING_AVIF", 40 * 30 * 3)
    else:
        monkeypatch.setattr(limits.Frames.__init__, "__defaults__", (40 * 30 * 3,))

    Read(moving(content_type, 3), content_type)
    with pytest.raises(limits.TooCostly):
        Read(moving(content_type, 4), content_type)


def test_a_bomb_in_a_comment_is_left_out_unread():
    for kind in (b"zTXt", b"iTXt"):
        assert Read(with_chunk(kind, bomb()), "image/png").size == (40, 30)


@pytest.mark.parametrize("content_type", TYPES)
def test_a_picture_that_is_cut_anywhere_is_none(content_type):
    data = saved(drawing(), content_type)

    for length in range(0, len(data), max(1, len(data) // 40)):
        with pytest.raises(Exception) as caught:  # noqa: PT011
            Read(data[:length], content_type)
        assert not isinstance(caught.value, limits.TooCostly | MemoryError)


@pytest.mark.parametrize("content_type", TYPES)
def test_another_picture_under_a_wrong_name_is_none(content_type):
    for other in TYPES:
        if other != content_type:
            with pytest.raises(Exception):  # noqa: B017, PT011
                Read(saved(drawing(), other), content_type)


def test_a_picture_whose_later_frame_is_broken_is_none():
    data = moving("image/png", 3)
    at = data.rindex(b"fdAT")
    length = int.from_bytes(data[at - 4 : at], "big")
    broken = data[at : at + 8] + bytes(length - 4)
    data = data[:at] + broken + zlib.crc32(broken).to_bytes(4, "big") + data[at + 8 + length :]
    with pytest.raises(Exception):  # noqa: B017, PT011
        Read(data, "image/png")


def test_a_jpeg_with_a_second_picture_keeps_the_first_one():
    first, second = saved(drawing(), "image/jpeg"), saved(drawing((9, 9)), "image/jpeg")

    assert Read(first + second, "image/jpeg").size == (40, 30)
