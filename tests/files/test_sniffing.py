"""The type of a file is what its first bytes say."""

import gzip
import io
import zipfile

import pytest

from talk.contrib.files.sniffing import HEAD_SIZE, SHOWN_INLINE, content_type_of

OFFICE = "application/vnd.openxmlformats-officedocument."


def zipped(*names, **stored):
    """A zip archive with files of these names, and `stored` ones that are not compressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in stored.items():
            archive.writestr(name, content, zipfile.ZIP_STORED)
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "audio/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", "video/x-matroska"),
        (b"OggS\0\x02" + bytes(22) + b"\x01\x1eOpusHead", "audio/ogg"),
        (b"OggS\0\x02" + bytes(22) + b"\x01*\x80theora", "video/ogg"),
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"%PDF-1.7\n", "application/pdf"),
        (gzip.compress(b"x"), "application/gzip"),
        (zipped("photo.png"), "application/zip"),
        (zipped(), "application/zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), f"{OFFICE}wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
        (zipped("_rels/.rels", "ppt/presentation.xml"), f"{OFFICE}presentationml.presentation"),
        (
            zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (zipped("content.xml", mimetype="application/epub+zip"), "application/epub+zip"),
        (zipped("content.xml", mimetype="text/html"), "application/zip"),
        # What an archive says of itself is no way to be of a type that is allowed.
        (zipped("content.xml", mimetype="application/pdf"), "application/zip"),
        (zipped("content.xml", mimetype="application/xhtml+xml"), "application/zip"),
        (b"Dear Bob,\r\n\tgood-bye.", "text/plain"),
        ("Привет".encode(), "text/plain"),
        (b"a" * (HEAD_SIZE - 1) + "é".encode()[:1], "text/plain"),
        (b"a" * (HEAD_SIZE - 8) + b"\xe9 in Latin-1", "application/octet-stream"),
        (b"MZ\x90\0\x03", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_types_are_known_by_the_first_bytes(head, expected):
    assert content_type_of(head[:HEAD_SIZE]) == expected


@pytest.mark.parametrize(
    "markup",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf<?xml version='1.0'?><html/>",
        b"GIF8<script>",
    ],
)
def test_markup_is_text_and_never_shown(markup):
    assert content_type_of(markup) == "text/plain"
    assert "text/plain" not in SHOWN_INLINE
