"""How a person arranges their own inbox: mute, archive and pin conversations."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ... import wakeups
from ...exceptions import MessagingValidationError, RefusalCode
from . import questions
from .acting import Acting

#: Most conversations that one person has pinned.
MOST_PINNED = 20


class Arranging(Acting):
    """Sets what a conversation is in the inbox of its person alone.

    Nobody else is told: there are no events, only the person's inbox streams hear of it, and no
    page of the admin shows it. People who left may do it, too. What they set stays while they are
    away.
    """

    class NotificationLevel(models.TextChoices):
        """Of which messages apps should notify a person."""

        EVERYTHING = "everything", _("everything")
        MENTIONS = "mentions", _("mentions")
        NOTHING = "nothing", _("nothing")

    notify = models.CharField(
        _("notifications"),
        max_length=10,
        choices=NotificationLevel,
        default=NotificationLevel.EVERYTHING,
        db_default=NotificationLevel.EVERYTHING,
        editable=False,
    )
    muted_until = models.DateTimeField(_("muted until"), null=True, editable=False)
    archived_at = models.DateTimeField(_("archived at"), null=True, editable=False)
    pinned_at = models.DateTimeField(_("pinned at"), null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_muted(self) -> bool:
        """Whether it is muted now. `unmuted` is the opposite, for queries."""
        is_for_now = self.muted_until is not None and self.muted_until > timezone.now()
        return is_for_now or self.notify == self.NotificationLevel.NOTHING

    def set_notifications(
        self,
        level: NotificationLevel = NotificationLevel.EVERYTHING,
        muted_until: datetime | None = None,
    ) -> None:
        """Set of what this person is notified, and until when the conversation is muted.

        It is also muted while the level is `NOTHING`. Messages in muted conversations are unread
        as in others, but `unread_total` leaves them out, and they bring nothing back from the
        archive. Raises `INVALID_EXPIRY` if `muted_until` is not in the future.
        """
        if muted_until is not None and muted_until <= timezone.now():
            raise MessagingValidationError(RefusalCode.INVALID_EXPIRY, path=("muted_until",))
        self._arrange(notify=level, muted_until=muted_until)

    def archive(self) -> None:
        """Take the conversation out of the inbox, and unpin it.

        The next text of another person brings it back, unless it is muted or a block hides the
        text. This person's own text always does, and so does taking part again after having left.
        """
        with self.changing() as change:
            if self.archived_at is None:
                self._set(change.at, archived_at=change.at, pinned_at=None)

    def unarchive(self) -> None:
        """Bring the conversation back into the inbox."""
        self._arrange(archived_at=None)

    def pin(self) -> None:
        """Pin the conversation, and bring it back from the archive.

        Raises `TOO_MANY_PINS` if 20 are pinned, with those that this person left.
        """
        # The lock on the account: another device may pin another conversation at once.
        with self.changing(holding=[self.user]) as change:
            if self.pinned_at is not None:
                return
            if sum(questions.pinned_count(user=self.user_id).ask()) >= MOST_PINNED:
                raise MessagingValidationError(RefusalCode.TOO_MANY_PINS)
            self._set(change.at, pinned_at=change.at, archived_at=None)

    def unpin(self) -> None:
        """End `pin`."""
        self._arrange(pinned_at=None)

    def _arrange(self, **columns: Any) -> None:
        with self.changing() as change:
            if any(getattr(self, name) != value for name, value in columns.items()):
                self._set(change.at, **columns)

    def _set(self, at: datetime, **columns: Any) -> None:
        for name, value in columns.items():
            setattr(self, name, value)
        self.changed_at = at
        self.save(update_fields=["changed_at", *columns])
        wakeups.wake_inbox(self.user_id)


def unmuted(at: Any, place: str = "") -> Q:
    """The condition for participations that are not muted at a time. `place` leads to them."""
    level = Arranging.NotificationLevel
    levels = (level.EVERYTHING, level.MENTIONS)
    return Q(**{f"{place}notify__in": levels}) & (
        Q(**{f"{place}muted_until": None}) | Q(**{f"{place}muted_until__lte": at})
    )
