"""What becomes of a file: its bytes come, it is checked, and its message is told."""

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import models, transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from ...exceptions import MessagingValidationError, RefusalCode, Refused
from ...prepared import refer, renew
from ..conversation import Conversation
from ..event import Event
from ..message.queryset import revised
from ..read_under_lock import Asked
from .queryset import LOOSE, still_of, updated

if TYPE_CHECKING:
    from ..message import Message
    from . import Attachment
    from .queryset import AttachmentQuerySet

#: The most seconds for which jobs wait after they failed with a file.
MOST_SECONDS = 600


class Processing(models.Model):
    """Takes what is found out about the bytes. It never reads or writes bytes itself."""

    class Meta:
        abstract = True

    @transaction.atomic
    def attempt(self, key: str) -> str | None:
        """Begin an attempt to upload the bytes to `key` of the storage. It ends an earlier one.

        Returns the key of the earlier attempt, whose bytes the caller deletes; empty without one.
        None if all bytes are there already. Raises `UNKNOWN_FILE` if nobody has the file any more.
        """
        own = self._own
        for row in self._rows.select_for_update(no_key=True):
            renew(own, row)
            if not own.is_there:
                break
            if own.state != own.State.UPLOADING:
                return None
            own.key = key
            own.save(update_fields=["key"])
            return row.key
        raise MessagingValidationError(RefusalCode.UNKNOWN_FILE)

    def expect(self, key: str) -> None:
        """Say that the owner of a new upload brings the bytes to `key` without further notice.

        From now on it can be sent, and a check looks whether the bytes are there.
        """
        own = self._own
        own.key, own.state = key, own.State.CHECKING
        own.retry_at = timezone.now() + timedelta(seconds=2)
        own.save(update_fields=["key", "state", "retry_at"])

    def received(self, key: str, content_type: str, sha256: str, needs_checking: bool) -> bool:
        """Say that all bytes are at `key`. Returns whether they are those of the file now.

        They aren't if another attempt began meanwhile, or if nobody has the file any more. Then
        the caller deletes them.
        """
        found: dict[str, Any] = {"content_type": content_type, "sha256": sha256}
        if needs_checking:
            # It takes its turn from now on, however long ago the upload was begun.
            found |= {"state": self._own.State.CHECKING, "retry_at": timezone.now()}
        else:
            found["state"] = self._own.State.READY
        return self._change_unsent(found, key=key, state=self._own.State.UPLOADING)

    def checked(self, state: "Attachment.State", **found: Any) -> bool:
        """Say what a check has found out. Those who see the message of the file are told.

        `found` has new values of `key`, `content_type`, `size`, `sha256`, `width`, `height`,
        `placeholder` and `has_thumbnails`. Returns False if nobody has the file any more, or if it
        was checked already.
        """
        own = self._own
        known = {"key": own.key, "state": own.State.CHECKING}
        found |= {"state": state, "retry_at": None, "failures": 0}
        # It can be sent meanwhile, and taken from its message, but not be sent again.
        while self._is_still(known):
            change = self._change_unsent if own.message_id is None else self._complete
            if change(found, **known):
                return True
        return False

    def moved(self, key: str, **found: str) -> bool:
        """Say that a check has written the bytes anew to `key`, before it says what it found out.

        `found` has what can't be found out there again. Returns False if the bytes of the file are
        at another place now, or if it was checked.
        """
        own = self._own
        rows = self._rows.filter(key=own.key, state=own.State.CHECKING)
        if not rows.update(key=key, **found):
            return False
        own.key = key
        return True

    def try_later(self) -> None:
        """Have jobs wait until they check or delete it again: longer each time that they fail."""
        own = self._own
        own.failures = min(own.failures + 1, 100)
        seconds = min(2**own.failures, MOST_SECONDS)
        own.retry_at = timezone.now() + timedelta(seconds=seconds)
        own.save(update_fields=["failures", "retry_at"])

    def postpone(self) -> None:
        """Have a check that failed through no fault of the file be done again later.

        `try_later` has counted it as a failure of the file. That is taken back. The file waits as
        long again as it has waited so far.
        """
        own, now, tried = self._own, timezone.now(), Q(retry_at=self._own.retry_at)
        rows = self._rows.filter(state=own.State.CHECKING, failures=own.failures)
        own.failures = max(own.failures - 1, 0)
        seconds = min(max((now - own.created_at).total_seconds(), 2), MOST_SECONDS)
        own.retry_at = now + timedelta(seconds=seconds)
        # If somebody has sent it meanwhile, it is checked at once all the same.
        retry_at = Case(When(tried, then=Value(own.retry_at)), default="retry_at")
        rows.update(failures=own.failures, retry_at=retry_at)

    def is_being_checked(self) -> bool:
        """Whether no other check of it has begun since: only then this one may write bytes."""
        own = self._own
        rows = self._rows.filter(key=own.key, state=own.State.CHECKING, failures=own.failures)
        return rows.exists()

    @property
    def _own(self) -> "Attachment":
        return cast("Attachment", self)

    @property
    def _rows(self) -> "AttachmentQuerySet":
        return type(self._own).objects.written().filter(pk=self.pk)

    def _is_still(self, known: dict[str, Any]) -> bool:
        """Read it again. Whether somebody has it, and these columns are still the same."""
        for row in self._rows.select_related("message__conversation"):
            renew(self, row)
            if row.message is not None:
                refer(self, "message", row.message)
            return row.is_there and _has(row, known)
        return False

    def _change_unsent(self, columns: dict[str, Any], **known: Any) -> bool:
        """Change it if it is not used yet, and the columns `known` are still the same."""
        rows = self._rows.filter(LOOSE, expires_at__gt=timezone.now(), **known)
        if not rows.update(**columns):
            return False
        self.__dict__.update(columns)
        return True

    def _complete(self, columns: dict[str, Any], **known: Any) -> bool:
        """Change it, and record an event, if its message still has it."""
        message = cast("Message", self._own.message)
        row = Asked(still_of(key=self.pk, message=message.pk))
        # The conversation or the message may have been deleted.
        with suppress(Conversation.DoesNotExist, Refused):
            with message.conversation.changing(None, message, row) as change:
                if not any(_has(each, known) for each in row.found):
                    return False
                change.record(Event.Kind.MESSAGE_COMPLETED, message=message)
                change.read_again(None, updated(file=self.pk, **columns), revised(message))
            self.__dict__.update(columns)
            return True
        return False


def _has(row: Any, columns: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in columns.items())
