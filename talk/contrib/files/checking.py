"""Checks files before anybody can download them: a timed job.

The operator's scanner sees each file first. Then pictures are read, and written anew without what
their camera had put in. Until the row says that the file is ready, nobody can download it. So no
download meets half of a file, and a check that ends anywhere is simply done again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import file_digest
from io import SEEK_END, BufferedRandom
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from talk.conf import conf
from talk.filenames import is_allowed_type
from talk.models import Attachment, TimedJob

from . import pictures
from .jobs import work_on
from .sniffing import UNKNOWN
from .storage import all_names, cleaned, delete_all, name_of, release_connection, storage

logger = logging.getLogger(__name__)

JOB = "check files"
#: At this attempt, a picture is refused that ends the process which reads it.
LAST_ATTEMPT = 3
#: A file whose bytes the storage does not have is refused after so long.
LOST_AFTER = timedelta(days=1)
#: A worker that has not looked for files for so long is not there.
AWAY_AFTER = timedelta(minutes=1)

State = Attachment.State


class Missing(Exception):
    """The storage says that it does not have the bytes."""


def needs_checking(content_type: str) -> bool:
    """Whether a file of this type waits for the job. Otherwise it is ready at once.

    Without a worker, pictures don't wait: they have no thumbnails, and stay as they are. With a
    scanner all files wait, and for as long as it takes.
    """
    if conf.SCANNER is not None:
        return True
    return pictures.can_read(content_type) and _has_worker()


def check_due() -> int:
    """Check the files that wait, one of each person in turn. Returns how many were checked."""
    # Each is looked up for itself: meanwhile somebody else may have uploaded one.
    return work_on(lambda: Attachment.objects.due_for_checking(1), _check)


def _has_worker() -> bool:
    held = TimedJob.objects.filter(name=JOB, held_until__gt=Now() - AWAY_AFTER)
    return held.exists()


def _check(attachment: Attachment) -> bool:
    """Check one file. Returns False if that failed: it is tried again later.

    Only what the file itself has done counts as a failure of the file.
    """
    try:
        # Before anything else. If this file ends the worker, others come first the next time.
        attachment.try_later()
        # One person's many files, or slow ones, don't hold up those of others.
        Attachment.objects.pass_turn(attachment.owner_id)
        release_connection()
        _look_at(attachment)
    # The storage and the scanner have errors of their own.
    except Exception as error:
        logger.warning("File %s could not be checked", attachment.pk, exc_info=True)
        if not isinstance(error, pictures.Died):
            attachment.postpone()
        return False
    return True


def _look_at(attachment: Attachment) -> None:
    try:
        with _copied(attachment.key) as file:
            if (reason := _scan(file)) is not None:
                _refuse(attachment, f"the scanner found {reason}")
            elif pictures.can_read(attachment.content_type):
                _check_picture(attachment, file)
            else:
                attachment.checked(State.READY)
    except Missing:
        if attachment.created_at > timezone.now() - LOST_AFTER:
            raise
        _refuse(attachment, "the storage has lost it")


@contextmanager
def _copied(key: str) -> Iterator[BufferedRandom]:
    """The bytes at `key` in a file that has no name, so a killed worker leaves none behind.

    Raises `Missing`. Whoever gets the file may raise `FileNotFoundError`, which is something else.
    """
    with TemporaryFile() as file:
        try:
            stored = storage().open(key)
        except FileNotFoundError as error:
            raise Missing from error
        with stored:
            copyfileobj(stored, file)
        file.flush()
        file.seek(0)
        yield file


def _scan(file: IO[bytes]) -> str | None:
    """Why the operator's scanner refuses the file; None if it doesn't, or if there is none."""
    if conf.SCANNER is None:
        return None
    found: str | None = import_string(conf.SCANNER)(file)
    file.seek(0)
    return found


def _check_picture(attachment: Attachment, file: BufferedRandom) -> None:
    try:
        with pictures.read(file, attachment.content_type) as picture:
            _replace(attachment, picture, file)
    except pictures.Refused as error:
        _refuse(attachment, str(error))
    except pictures.Broken as error:
        logger.info("File %s is not the picture it begins as: %s", attachment.pk, str(error))
        if is_allowed_type(UNKNOWN):
            attachment.checked(State.READY, content_type=UNKNOWN)
        else:
            _refuse(attachment, "it is not of a type that is allowed")
    except pictures.Died as error:
        if attachment.failures < LAST_ATTEMPT:
            raise
        _refuse(attachment, str(error))


def _replace(attachment: Attachment, picture: pictures.Picture, file: BufferedRandom) -> None:
    """Have the copy and the smaller pictures instead of `file`, which was uploaded.

    The names of the new bytes follow from the key. So a check that is done again, and the job that
    deletes files, find all that an earlier one left.
    """
    uploaded, key = all_names(attachment.key)[0], cleaned(attachment.key)
    if attachment.key != key:
        copy = picture.copy
        _write(key, copy)
    else:
        # An earlier check wrote this copy, and was interrupted. A copy of it may have other bytes.
        copy = file
    _write(name_of(key, "preview"), picture.preview)
    _write(name_of(key, "thumbnail"), picture.thumbnail)
    # What says where the picture was taken is gone before the file is ready, and not some time
    # after it.
    if attachment.moved(key):
        storage().delete(uploaded)
        if attachment.checked(State.READY, has_thumbnails=True, **_facts(picture, copy)):
            return
    row = Attachment.objects.written().filter(pk=attachment.pk).first()
    if row is None or not row.is_there:
        # The job that deletes files may have been here before these bytes.
        delete_all(key)


def _facts(picture: pictures.Picture, copy: BufferedRandom) -> dict[str, int | str]:
    size = copy.seek(0, SEEK_END)
    copy.seek(0)
    return {
        "size": size,
        "sha256": file_digest(copy, "sha256").hexdigest(),
        "width": picture.width,
        "height": picture.height,
        "placeholder": picture.placeholder,
    }


def _refuse(attachment: Attachment, reason: str) -> None:
    logger.warning("File %s is refused: %s", attachment.pk, reason)
    if attachment.checked(State.REFUSED):
        delete_all(attachment.key)


def _write(name: str, content: IO[bytes]) -> None:
    """Store bytes under this name, and not, as storages do, under another if there are some."""
    storage().delete(name)
    written = storage().save(name, File(content))
    if written != name:
        storage().delete(written)
        raise FileExistsError(name)
