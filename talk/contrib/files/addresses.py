"""Signed URLs of uploads and downloads.

A URL is all that a request needs: an `<img>` sends no `Authorization`. It is the same for everybody
who sees the file and changes once an hour, so browsers cache the file and live results stay shared.
Access ends with the row that the URL names, whatever time is left to the URL.
"""

import time
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import get_script_prefix, get_urlconf, reverse

if TYPE_CHECKING:
    from talk.models import Attachment

#: The versions of a file: as it was sent, and smaller ones of a picture.
Variant = Literal["", "thumbnail", "preview"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)

#: The salts differ, so a token of one address is no token at the other.
_uploads = Signer(salt="talk.contrib.files.upload")
_downloads = Signer(salt="talk.contrib.files.download")
_HOUR = 3600
#: Whole hours for which a URL is valid after the hour in which it was made.
_VALID_HOURS = 12


class Ticket(NamedTuple):
    """The request by which a client uploads a file."""

    url: str
    method: str = "PUT"
    headers: Mapping[str, str] = MappingProxyType({})


class Download(NamedTuple):
    """What the token of a download names."""

    attachment_id: int
    variant: Variant


def upload_ticket(attachment: "Attachment") -> Ticket:
    """How the bytes of `attachment` are uploaded."""
    return Ticket(_path("upload") + _uploads.sign(str(attachment.pk)))


def is_upload(method: str, path: str) -> bool:
    """Whether a request is an upload. A project may have the URLs under a prefix."""
    return method == "PUT" and "/talk/files/upload/" in path


def upload_from(token: str) -> int | None:
    """The primary key that the token of an upload names; None if it is no such token."""
    try:
        return int(_uploads.unsign(token))
    except (BadSignature, ValueError):
        return None


def download_url(attachment: "Attachment", variant: Variant = "") -> str:
    """The URL of the file, or of a smaller version of it. It is valid for 12 to 13 hours."""
    value = f"{attachment.pk}.{variant}.{_this_hour()}"
    return _path("download") + _downloads.sign(value)


def download_from(token: str) -> Download | None:
    """What the token of a download names; None if it is no such token, or expired."""
    try:
        key, variant, hour = _downloads.unsign(token).split(".")
        age = _this_hour() - int(hour)
    except (BadSignature, ValueError):
        return None
    if variant not in VARIANTS or age > _VALID_HOURS:
        return None
    return Download(int(key), variant)


def _path(name: str) -> str:
    """What is before the token in a URL of this name."""
    return _reversed(name, get_urlconf(), get_script_prefix())


@cache
def _reversed(name: str, urlconf: str | None, prefix: str) -> str:
    path = reverse(f"talk_files:{name}", urlconf, args=["-"])[:-1]
    # Threads of WebSockets and live results have no prefix of a request.
    own = settings.FORCE_SCRIPT_NAME or prefix
    return f"{own.rstrip('/')}/{path.removeprefix(prefix)}"


def _this_hour() -> int:
    return int(time.time()) // _HOUR
