"""Keeps, replaces or deletes the bytes of a file that was checked, and has its row say so."""

import logging
from hashlib import file_digest
from io import SEEK_END, BufferedRandom
from typing import IO

from django.core.files import File

from talk.models import Attachment

from .pictures import Picture
from .storage import (
    cleaned,
    delete_all,
    is_incoming,
    kept,
    picture_names,
    storage,
    uploaded_names,
)

logger = logging.getLogger(__name__)

State = Attachment.State


class Overtaken(Exception):
    """Another worker has begun to check the file since. Perhaps nobody has the file any more."""


def refuse(attachment: Attachment, reason: str) -> None:
    """Have nobody get the file, and delete its bytes."""
    logger.warning("File %s is refused: %s", attachment.pk, reason)
    if attachment.checked(State.REFUSED, content_type=attachment.content_type):
        delete_all(attachment.key)


def accept(attachment: Attachment, file: BufferedRandom) -> None:
    """Have the file as it was uploaded. `file` has its bytes, as they were checked."""
    found = {"content_type": attachment.content_type, "sha256": attachment.sha256}
    uploaded = attachment.key
    if not is_incoming(uploaded):
        attachment.checked(State.READY, **found)
        return
    # A client may write to the other name again, whatever was checked.
    key = kept(uploaded)
    _write(attachment, key, file)
    if attachment.checked(State.READY, key=key, **found):
        storage().delete(uploaded)
    else:
        clean_up(attachment)


def replace(attachment: Attachment, picture: Picture, file: BufferedRandom) -> None:
    """Have the copy and the smaller pictures instead of `file`, which was uploaded.

    The names of the new bytes follow from the key. So a check that is done again, and the job that
    deletes files, find all that an earlier one left.
    """
    key = cleaned(attachment.key)
    if attachment.key != key:
        uploaded, copy = [attachment.key], picture.copy
        _write(attachment, key, copy)
    else:
        # An earlier check wrote this copy, and was interrupted. A copy of it may have other bytes.
        uploaded, copy = uploaded_names(key), file
    _original, thumbnail, preview = picture_names(key)
    _write(attachment, preview, picture.preview)
    _write(attachment, thumbnail, picture.thumbnail)
    # What says where the picture was taken is gone before the file is ready, and not some time
    # after it.
    if attachment.moved(key, content_type=attachment.content_type, sha256=attachment.sha256):
        for name in uploaded:
            storage().delete(name)
        if attachment.checked(State.READY, has_thumbnails=True, **_facts(picture, copy)):
            return
    clean_up(attachment)


def clean_up(attachment: Attachment) -> None:
    """Delete what a check has written after the job that deletes files may have been here."""
    row = Attachment.objects.written().filter(pk=attachment.pk).first()
    if row is None or not row.is_there:
        delete_all(attachment.key)


def _facts(picture: Picture, copy: BufferedRandom) -> dict[str, int | str]:
    size = copy.seek(0, SEEK_END)
    copy.seek(0)
    return {
        "size": size,
        "sha256": file_digest(copy, "sha256").hexdigest(),
        "width": picture.width,
        "height": picture.height,
        "placeholder": picture.placeholder,
    }


def _write(attachment: Attachment, name: str, content: IO[bytes]) -> None:
    """Store bytes under this name, and not, as storages do, under another if there are some.

    Raises `Overtaken`: a worker that was paused must not write over bytes that people have by now.
    """
    if not attachment.is_being_checked():
        raise Overtaken
    storage().delete(name)
    written = storage().save(name, File(content))
    if written != name:
        storage().delete(written)
        raise FileExistsError(name)
