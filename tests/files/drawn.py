"""Pictures that tests draw: small ones, with a secret wherever a picture can hold one."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from talk.contrib.files.decoding import jpeg, png, webp

SECRET = b"59.3293N"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ORIENTATION = 0x0112
PILLOWS = {
    "image/avif": "AVIF",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
}


def drawing(size=(40, 30), mode="RGB", left="red", right="blue"):
    """A picture whose left half has another colour than its right half."""
    image = Image.new("RGB", size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def saved(image, content_type, **options):
    file = BytesIO()
    image.save(file, PILLOWS[content_type], **options)
    return file.getvalue()


def exif(orientation=1):
    found = Image.Exif()
    found[ORIENTATION] = orientation
    found[0x010E] = SECRET.decode()
    return found


def with_secrets(content_type, orientation=1, **options):
    """A picture with all that a camera or a program adds, and more after its end."""
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if content_type == "image/gif":
        data = saved(drawing(), content_type, comment=SECRET, **options)
        xmp_block = b"\x21\xff\x0bXMP DataXMP" + bytes([len(xmp)]) + xmp + b"\0"
        return data[:-1] + xmp_block + data[-1:] + SECRET
    options |= {"exif": exif(orientation), "xmp": xmp, "icc_profile": PROFILE}
    if content_type == "image/png":
        text = PngInfo()
        text.add_text("Comment", SECRET.decode())
        text.add_text("Comment", SECRET.decode(), zip=True)
        text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        options["pnginfo"] = text
    data = saved(drawing(), content_type, **options)
    if content_type == "image/jpeg":
        others = jpeg.written(0xED, SECRET) + jpeg.written(0xFE, SECRET)
        thumbnail = jpeg.written(0xE0, b"JFXX\0\x10" + SECRET)
        data = data[:2] + others + thumbnail + data[2:]
    if content_type == "image/webp":
        data = webp_of(data[12:] + webp.chunk(b"note", SECRET))
    return data if content_type == "image/avif" else data + SECRET


def webp_of(chunks):
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


def moving(content_type, count=3, **options):
    frames = [drawing(left=(each * 7 % 256, 0, each // 7)) for each in range(count)]
    return saved(
        frames[0], content_type, save_all=True, append_images=frames[1:], duration=50, **options
    )


def huge_png(width=60_000, height=60_000):
    """A few bytes that say they are a picture of many gigabytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = png.chunk(b"IDAT", zlib.compress(bytes(1000)))
    return png.SIGNATURE + png.chunk(b"IHDR", header) + pixels + png.chunk(b"IEND", b"")


def with_chunk(kind, payload):
    """A PNG with one chunk more."""
    data = saved(drawing(), "image/png")
    return data[:33] + png.chunk(kind, payload) + data[33:]


def bomb(size=20_000_000):
    """Text of a PNG that is a thousand times as long when it is decompressed."""
    return b"name\0\0" + zlib.compress(bytes(size))


def gif_of_many_frames(count):
    data = saved(drawing((2, 2)), "image/gif")
    start = data.index(b"\x2c")
    frame = data[start:-1]
    return data[:start] + frame * count + data[-1:]


def jpeg_of_many_scans(count):
    data = saved(drawing(), "image/jpeg")
    start = data.index(b"\xff\xda")
    return data[:start] + data[start:-2] * count + data[-2:]
