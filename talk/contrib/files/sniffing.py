"""Finds out what is in a file by its first bytes, whatever its name and its sender say."""

import re
from collections.abc import Callable

#: The first bytes of a file that are looked at.
HEAD_SIZE = 4096
UNKNOWN = "application/octet-stream"

#: What browsers may show on a page. Nothing here can hold scripts.
SHOWN_INLINE = frozenset(
    {
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "image/avif",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "video/mp4",
        "video/webm",
    }
)

#: The beginnings of files, and their types.
_BEGINNINGS = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
]
#: Brands of the ISO base media format. Other brands are videos.
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: Names of files in documents of Microsoft Office.
_OFFICE_PARTS = {
    b"word/": f"{_OFFICE}wordprocessingml.document",
    b"xl/": f"{_OFFICE}spreadsheetml.sheet",
    b"ppt/": f"{_OFFICE}presentationml.presentation",
}
#: The first file of OpenDocument and EPUB, which is not compressed and holds the type.
_OPEN_DOCUMENT = re.compile(
    rb"PK.{28}mimetype"
    rb"(application/(?:epub\+zip|vnd\.oasis\.opendocument\.[\w.-]{1,60}?))(?=PK|$)",
    re.DOTALL,
)
#: Control characters that texts don't have.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def content_type_of(head: bytes) -> str:
    """The type of a file that begins with `head`.

    HTML, SVG and other markup is `text/plain`, since that is all that may be done with it.
    """
    for beginning, content_type in _BEGINNINGS:
        if head.startswith(beginning):
            return content_type
    for find in _FINDERS:
        if found := find(head):
            return found
    return "text/plain" if _is_text(head) else UNKNOWN


def _in_riff(head: bytes) -> str | None:
    kinds = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
    return kinds.get(head[8:12]) if head.startswith(b"RIFF") else None


def _in_iso_media(head: bytes) -> str | None:
    return _BRANDS.get(head[8:12], "video/mp4") if head[4:8] == b"ftyp" else None


def _in_matroska(head: bytes) -> str | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return "video/webm" if b"webm" in head[:64] else "video/x-matroska"


def _in_ogg(head: bytes) -> str | None:
    if not head.startswith(b"OggS"):
        return None
    return "video/ogg" if b"theora" in head[:256] else "audio/ogg"


def _in_zip(head: bytes) -> str | None:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    if found := _OPEN_DOCUMENT.match(head):
        return found[1].decode()
    if b"[Content_Types].xml" in head or b"_rels/.rels" in head:
        for part, content_type in _OFFICE_PARTS.items():
            if part in head:
                return content_type
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if not head or _BINARY.search(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The end of `head` may cut a character in two.
        return error.start > len(head) - 4 and error.reason == "unexpected end of data"
    return True


_FINDERS: list[Callable[[bytes], str | None]] = [
    _in_riff,
    _in_iso_media,
    _in_matroska,
    _in_ogg,
    _in_zip,
]
