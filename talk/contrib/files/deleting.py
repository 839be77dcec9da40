"""Deletes the bytes of files that nobody has any more, and then their rows: a timed job."""

import logging

from django.db import router

from talk.models import Attachment, Conversation, Message

from .jobs import work_on
from .storage import delete_all

logger = logging.getLogger(__name__)

#: The files that are looked up at once.
BATCH = 100


def delete_due() -> int:
    """Delete the files that nobody has any more. Returns how many were deleted.

    If the storage fails with one, that one is tried again later.
    """
    return work_on(lambda: Attachment.objects.due_for_deletion(BATCH), _delete)


def discard_left_behind() -> None:
    """Discard the files of messages that a process of 0.3.0 removed, and pictures it replaced.

    It knows of no files. Both versions run in the minutes of an upgrade. Nobody gets these files,
    so each day is enough.
    """
    alias = router.db_for_write(Message)
    filed = Message.objects.using(alias).filter(attachment_count__gt=0)
    for message in filed.exclude(removed_as="").select_related("conversation"):
        with message.conversation.changing(None):
            Message.objects.filter(pk=message.pk).forget_words(Message.Removal(message.removed_as))
    pictures = Attachment.objects.written().filter(
        avatar_of__isnull=False, avatar_of__avatar__gt=""
    )
    for group in Conversation.objects.using(alias).filter(pk__in=pictures.values("avatar_of")):
        with group.changing(None):
            pictures.filter(avatar_of=group).discard()


def delete_refused() -> int:
    """Delete what is left of the bytes of refused files, whose rows stay. Returns of how many.

    Some are left if the worker was killed after it refused a file, if the storage failed then, or
    if the client used its URL of the storage once more. Nobody can download them.
    """
    return work_on(lambda: Attachment.objects.refused_with_bytes(BATCH), _delete_refused)


def _delete(attachment: Attachment) -> bool:
    if not _delete_bytes(attachment):
        return False
    attachment.delete()
    return True


def _delete_refused(attachment: Attachment) -> bool:
    if not _delete_bytes(attachment):
        return False
    Attachment.objects.written().filter(pk=attachment.pk).update(key="")
    return True


def _delete_bytes(attachment: Attachment) -> bool:
    """Returns False if the storage failed: this is tried again later."""
    try:
        if attachment.key:
            delete_all(attachment.key)
    # Each storage has errors of its own.
    except Exception:
        logger.warning("The storage did not delete file %s", attachment.pk, exc_info=True)
        attachment.try_later()
        return False
    return True
