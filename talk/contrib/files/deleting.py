"""Deletes the bytes of files that nobody has any more, and then their rows: a timed job."""

import logging
import time

from talk.models import Attachment

from .storage import delete_all

logger = logging.getLogger(__name__)

#: The files that are looked up at once.
BATCH = 100
#: Seconds after which a run ends, so that its worker can stop.
MOST_SECONDS = 30.0
#: Failures in a row after which the storage is taken to be away, until the next run.
MOST_FAILURES = 3


def delete_due() -> int:
    """Delete the files that nobody has any more. Returns how many were deleted.

    If the storage fails with one, that one is tried again later.
    """
    ends_at = time.monotonic() + MOST_SECONDS
    deleted = failures = 0
    while due := Attachment.objects.due_for_deletion(BATCH):
        for attachment in due:
            if _delete(attachment):
                deleted, failures = deleted + 1, 0
            else:
                failures += 1
            if failures >= MOST_FAILURES or time.monotonic() > ends_at:
                return deleted
    return deleted


def _delete(attachment: Attachment) -> bool:
    try:
        if attachment.key:
            delete_all(attachment.key)
    # Each storage has errors of its own.
    except Exception:
        logger.warning("The storage did not delete file %s", attachment.pk, exc_info=True)
        attachment.try_later()
        return False
    attachment.delete()
    return True
