"""The files that a member gives to a message, and those that an edit leaves it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ...conf import conf
from ...exceptions import MessagingValidationError, RefusalCode
from ...prepared import Question
from ..attachment import UNUSABLE, Attachment
from ..attachment.queryset import claimed, discarded, of_message, unused
from ..message.references import MOST_NUMBER, keys_of
from ..read_under_lock import Asked

if TYPE_CHECKING:
    from ..message import Message
    from ..read_under_lock import ReadUnderLock
    from .acting import Acting


class Attachments:
    """The uploads that a new message is to have. Raises `TOO_MANY_FILES`."""

    def __init__(self, sender: "Acting", keys: Sequence[int]) -> None:
        if len(keys) > conf.MAX_ATTACHMENTS:
            raise _refused(RefusalCode.TOO_MANY_FILES)
        self._keys = [key for key in keys if 0 < key <= MOST_NUMBER]
        self._are_known = len(self._keys) == len(keys)
        self._now = timezone.now()
        #: To be read under the lock.
        self.uploads = Asked(unused(keys=self._keys, owner=sender.user_id, at=self._now))

    def must_be_usable(self) -> None:
        """Raise `UNKNOWN_FILE`, `UPLOAD_NOT_FINISHED` or `FILE_REFUSED`."""
        found = {each.pk: each for each in self.uploads.found}
        if not self._are_known or found.keys() != set(self._keys):
            raise _refused(RefusalCode.UNKNOWN_FILE)
        for each in found.values():
            if code := UNUSABLE.get(Attachment.State(each.state)):
                raise _refused(code)

    def added_to(self, message: "Message") -> Question[Any]:
        """The update that gives them to the message, to be written along with it."""
        keys = {f"key{at}": key for at, key in enumerate(self._keys)}
        place = {"conversation": message.conversation_id, "number": message.number}
        return claimed(len(keys), now=self._now, **place, **keys)


class EditedAttachments:
    """The files that a message keeps after an edit: all of them, for None."""

    def __init__(self, message: "Message", kept: "Iterable[Attachment | int] | None") -> None:
        self._message = message
        self._kept = None if kept is None else set(keys_of(kept))
        self._before = Asked(of_message(message=message))

    @property
    def read_under_lock(self) -> "list[ReadUnderLock]":
        return [] if self._kept is None else [self._before]

    def writes(self, body: str) -> list[Question[Any]]:
        """What is to be written, which is nothing if the message keeps all of them.

        Sets `attachment_count` of the message. Raises `UNKNOWN_FILE` for files that the message
        does not have, and `EMPTY_BODY` if neither words nor files are left.
        """
        gone = []
        if self._kept is not None:
            before = {each.pk for each in self._before.found}
            if not self._kept <= before:
                raise _refused(RefusalCode.UNKNOWN_FILE)
            gone = sorted(before - self._kept)
        left = self._message.attachment_count - len(gone)
        if not body and not left:
            raise MessagingValidationError(RefusalCode.EMPTY_BODY, path=("body",))
        self._message.attachment_count = left
        return [discarded(keys=gone)] if gone else []


def _refused(code: RefusalCode) -> MessagingValidationError:
    return MessagingValidationError(code, path=("attachments",))
