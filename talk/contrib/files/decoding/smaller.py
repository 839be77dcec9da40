"""Makes the smaller pictures and the placeholder of a picture."""

import base64
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageCms

from .limits import Frames
from .orientation import lies, turned

#: Pixels of the longer side.
PREVIEW, THUMBNAIL, PLACEHOLDER = 1280, 320, 16
QUALITY, PLACEHOLDER_QUALITY = 80, 40
#: Modes in which pixels can be averaged. Others hold numbers of colours, or single bits.
_plain_modes = {"L", "RGB", "CMYK"}
#: Colours multiplied by their opacity, so that those of transparent pixels don't count.
_averaged = "RGBa"


def describe(
    source: BinaryIO, format: str, orientation: int, preview: BinaryIO, thumbnail: BinaryIO
) -> dict[str, int | str]:
    """Write two smaller WebP pictures. Return the size as shown, and the placeholder."""
    with Image.open(source, formats=[format]) as image:
        _decode_all(image)
        width, height = image.size
        if lies(orientation):
            width, height = height, width
        smaller = turned(_preview(image), orientation)
    smaller.save(preview, "WEBP", quality=QUALITY)
    smaller.thumbnail((THUMBNAIL, THUMBNAIL))
    smaller.save(thumbnail, "WEBP", quality=QUALITY)
    return {"width": width, "height": height, "placeholder": _placeholder(smaller)}


def _decode_all(image: Image.Image) -> None:
    """Raise if the size is too large, or if a frame after the first one can't be decoded."""
    frames = Frames()
    frames.add(*image.size)
    for each in range(1, getattr(image, "n_frames", 1)):
        frames.add(*image.size)
        image.seek(each)
        image.load()
    image.seek(0)


def _preview(image: Image.Image) -> Image.Image:
    if image.mode not in _plain_modes or image.has_transparency_data:
        image = _plain(image)
    # A JPEG is decoded at a part of its size, which changes `image.size`.
    image.thumbnail((PREVIEW, PREVIEW), reducing_gap=2.0)
    image = _in_srgb(image.convert("RGBA") if image.mode == _averaged else image)
    # WebP would save the profile.
    image.info.clear()
    return image


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits of grey. `convert` alone makes the lighter half white.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    return image.convert("RGBA").convert(_averaged)


def _in_srgb(image: Image.Image) -> Image.Image:
    """With the colours that browsers take pictures without a profile to have."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := image.info.get("icc_profile"):
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            # It is none, or one for other modes.
            converted = None
        if converted is not None:
            return converted
    return image.convert(mode)


def _placeholder(image: Image.Image) -> str:
    """A picture of a few pixels as a `data:` URI."""
    image.thumbnail((PLACEHOLDER, PLACEHOLDER))
    written = BytesIO()
    image.save(written, "WEBP", quality=PLACEHOLDER_QUALITY, method=6)
    return "data:image/webp;base64," + base64.b64encode(written.getvalue()).decode()
