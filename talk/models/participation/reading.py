"""How far a member has read, and what is unread for them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ... import wakeups
from ...exceptions import MessagingValidationError, RefusalCode
from ...prepared import Question, ask
from ..event import Event
from . import questions
from .acting import Acting


class Reading(Acting):
    """Reads and marks as unread.

    Only messages that other people wrote can be unread. Messages about what happened, such as
    joining, can't.
    """

    #: 0 until they read something.
    last_read_number = models.PositiveBigIntegerField(_("last read number"), default=0)
    #: The first unread message; null if there is none. Every verb keeps it up to date, so that
    #: finding what is unread takes no time for conversations that have been read.
    first_unread_number = models.PositiveBigIntegerField(
        _("first unread number"), null=True, blank=True
    )
    marked_unread_at = models.DateTimeField(_("marked as unread at"), null=True, blank=True)

    class Meta:
        abstract = True

    def read(self, number: int | None = None) -> None:
        """Mark the messages up to `number` as read, or all of them.

        A number below the last one that was read does nothing: another device was faster.
        """
        with self.changing() as change:
            self.must_be_active()
            if number is None:
                number = self.last_visible_number
            self._must_be_readable(number)
            is_news = number > self.last_read_number
            ends_mark = number == self.last_read_number and self.marked_unread_at is not None
            if not (is_news or ends_mark):
                return
            if is_news:
                change.read_again(self, self.reading_up_to(number, change.at))
                change.record(Event.Kind.CONVERSATION_READ, self)
            else:
                # Nobody else saw the mark, so nobody else hears of its end.
                self.read_up_to(number, change.at)
                wakeups.wake_inbox(self.user_id)

    def mark_unread(self) -> None:
        """Show this conversation as unread until it is read again. Unread counts don't change.

        No event is recorded, since the mark is this member's own. Their inbox streams hear of it.
        """
        with self.changing() as change:
            self.must_be_active()
            self.marked_unread_at = self.changed_at = change.at
            self.save(update_fields=["marked_unread_at", "changed_at"])
            wakeups.wake_inbox(self.user_id)

    @property
    def unread_count(self) -> int:
        """How many messages are unread, counted up to `UNREAD_CAP`."""
        if self.first_unread_number is None:
            return 0
        if "_unread_count" in self.__dict__:
            return int(self.__dict__["_unread_count"])
        (counted,) = questions.with_unread_count(key=self.pk).ask()
        return counted.unread_count

    def read_up_to(self, number: int, at: datetime, *updates: Question[Any]) -> None:
        """Write that they have read up to `number`, within a change and after `updates`."""
        *_updated, rows = ask(*updates, self.reading_up_to(number, at), self.current_row)
        self.take_over(rows)

    def reading_up_to(self, number: int, at: datetime) -> Question[Any]:
        """The update that says that they have read up to `number`."""
        return questions.reading(key=self.pk, number=number, at=at)

    def _must_be_readable(self, number: int) -> None:
        if not 0 <= number <= self.last_visible_number:
            raise MessagingValidationError(RefusalCode.NUMBER_OUT_OF_RANGE, path=("number",))
