from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import events
from ..exceptions import MessagingValidationError, RefusalCode
from ..prepared import ask, changing, prepared
from .event import Event
from .place import Place
from .unread import first_unread

if TYPE_CHECKING:
    from .participation import Participation


class Reading(Place):
    """How far a member has read. Only what others said can be unread, not what happened."""

    #: The last message before they joined. Up to there nothing is unread, though they may not have
    #: read it. Kept when they leave and come back.
    joined_at_number = models.PositiveBigIntegerField(
        _("joined at number"), default=0, db_default=0, editable=False
    )
    #: 0 until they read.
    last_read_number = models.PositiveBigIntegerField(_("last read number"), default=0)
    #: Kept by every verb, so that finding what is unread costs nothing for what is read.
    first_unread_number = models.PositiveBigIntegerField(
        _("first unread number"), null=True, blank=True
    )
    marked_unread_at = models.DateTimeField(_("marked as unread at"), null=True, blank=True)
    last_activity_at = models.DateTimeField(_("last activity at"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        abstract = True

    def read(self, number: int | None = None) -> None:
        """Everything up to `number` is read; without one, everything there is.

        Below what is read already it does nothing: another device was faster.
        """
        with self.conversation.changing(self.user, self.itself) as change:
            self.must_be_active()
            if number is None:
                number = self.last_visible_number
            self._must_be_readable(number)
            is_news = number > self.last_read_number
            ends_mark = number == self.last_read_number and self.marked_unread_at is not None
            if not (is_news or ends_mark):
                return
            self._read_up_to(number, change.at)
            if is_news:
                change.note(Event.Kind.CONVERSATION_READ, self.itself)
            else:
                # The mark was theirs alone, and so is its end.
                events.wake_inbox(self.user_id)

    def mark_unread(self) -> None:
        """Show this conversation as unread until it is read again. Counts stay as they are.

        The mark concerns this member alone: it is no event, and only their own inbox is told.
        """
        with self.conversation.changing(self.user, self.itself) as change:
            self.must_be_active()
            self.marked_unread_at = self.changed_at = change.at
            self.save(update_fields=["marked_unread_at", "changed_at"])
            events.wake_inbox(self.user_id)

    @property
    def unread_count(self) -> int:
        """What others said and this member has not read, counted up to `UNREAD_CAP`."""
        if self.first_unread_number is None:
            return 0
        if "_unread_count" in self.__dict__:
            return int(self.__dict__["_unread_count"])
        (mine,) = _with_unread_count(key=self.pk).ask()
        return mine.unread_count

    def _read_up_to(self, number: int, at: datetime) -> None:
        _read, now = ask(_reading(key=self.pk, number=number, at=at), self.as_it_is)
        self.become(now)

    def _must_be_readable(self, number: int) -> None:
        if not 0 <= number <= self.last_visible_number:
            raise MessagingValidationError(RefusalCode.NUMBER_OUT_OF_RANGE, path=("number",))


@prepared
def _reading(key: Any, number: Any, at: Any) -> Any:
    from .participation import Participation

    return changing(
        Participation.objects.filter(pk=key),
        last_read_number=number,
        first_unread_number=first_unread(above=number),
        marked_unread_at=None,
        changed_at=at,
    )


@prepared
def _with_unread_count(key: Any) -> "models.QuerySet[Participation]":
    from .participation import Participation

    return Participation.objects.filter(pk=key).with_unread_count()
