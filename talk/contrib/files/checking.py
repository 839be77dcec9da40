"""Checks files before anybody can download them: a timed job.

The operator's scanner sees each file first. Then pictures are read, and written anew without what
their camera had put in. Files that clients put into the storage themselves are copied to where no
client writes. Until the row says that the file is ready, nobody can download it. So no download
meets half of a file, and a check that ends anywhere is simply done again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import file_digest
from io import BufferedRandom
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from talk.conf import conf
from talk.filenames import is_allowed_type
from talk.models import Attachment, TimedJob

from . import pictures
from .jobs import work_on
from .outcomes import Overtaken, accept, clean_up, refuse, replace
from .sniffing import HEAD_SIZE, UNKNOWN, content_type_of
from .storage import is_incoming, release_connection, storage

logger = logging.getLogger(__name__)

JOB = "check files"
#: At this attempt, a picture is refused that ends the process which reads it.
LAST_ATTEMPT = 3
#: A file whose bytes the storage does not have is refused after so long: one that a client was to
#: put there, and any other.
COMES_WITHIN, LOST_AFTER = timedelta(hours=1), timedelta(days=1)
#: A worker that has not looked for files for so long is not there.
AWAY_AFTER = timedelta(minutes=1)

State = Attachment.State


class Missing(Exception):
    """The storage says that it does not have the bytes."""


class Unlike(Exception):
    """The bytes are not what their owner said they would be."""


def needs_checking(content_type: str) -> bool:
    """Whether a file of this type waits for the job. Otherwise it is ready at once.

    Without a worker, pictures don't wait: they have no thumbnails, and stay as they are. With a
    scanner all files wait, and for as long as it takes.
    """
    if conf.SCANNER is not None:
        return True
    return pictures.can_read(content_type) and has_worker()


def check_due() -> int:
    """Check the files that wait, one of each person in turn. Returns how many were checked."""
    # Each is looked up for itself: meanwhile somebody else may have uploaded one.
    return work_on(lambda: Attachment.objects.due_for_checking(1), _check)


def has_worker() -> bool:
    """Whether a worker has looked for files to check a short time ago."""
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
    is_new = is_incoming(attachment.key)
    try:
        with _copied(attachment.key, attachment.size if is_new else None) as file:
            if is_new:
                _identify(attachment, file)
            _judge(attachment, file)
    except Unlike as error:
        refuse(attachment, str(error))
    except Overtaken:
        clean_up(attachment)
    except Missing:
        if attachment.created_at < timezone.now() - (COMES_WITHIN if is_new else LOST_AFTER):
            refuse(attachment, "the storage does not have it")
        elif is_new:
            attachment.postpone()
        else:
            raise


@contextmanager
def _copied(key: str, size: int | None) -> Iterator[BufferedRandom]:
    """The bytes at `key` in a file that has no name, so a killed worker leaves none behind.

    Raises `Missing`, and `Unlike` if they are not `size` bytes. Whoever gets the file may raise
    `FileNotFoundError`, which is something else.
    """
    with TemporaryFile() as file:
        try:
            stored = storage().open(key)
        except FileNotFoundError as error:
            raise Missing from error
        with stored:
            if size in {None, stored.size}:
                copyfileobj(stored, file)
        # The client may have written again meanwhile.
        if size not in {None, file.tell()}:
            raise Unlike("it is not as long as was said")
        file.flush()
        file.seek(0)
        yield file


def _identify(attachment: Attachment, file: BufferedRandom) -> None:
    """Find out what this server would have seen if the bytes had come through it."""
    attachment.content_type = content_type_of(file.read(HEAD_SIZE))
    if not is_allowed_type(attachment.content_type):
        raise Unlike("it is not of a type that is allowed")
    file.seek(0)
    attachment.sha256 = file_digest(file, "sha256").hexdigest()
    file.seek(0)


def _judge(attachment: Attachment, file: BufferedRandom) -> None:
    if (reason := _scan(file)) is not None:
        refuse(attachment, f"the scanner found {reason}")
    elif pictures.can_read(attachment.content_type):
        _check_picture(attachment, file)
    else:
        accept(attachment, file)


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
            replace(attachment, picture, file)
    except pictures.Refused as error:
        refuse(attachment, str(error))
    except pictures.Broken as error:
        logger.info("File %s is not the picture it begins as: %s", attachment.pk, str(error))
        if is_allowed_type(UNKNOWN):
            attachment.content_type = UNKNOWN
            accept(attachment, file)
        else:
            refuse(attachment, "it is not of a type that is allowed")
    except pictures.Died as error:
        if attachment.failures < LAST_ATTEMPT:
            raise
        refuse(attachment, str(error))
