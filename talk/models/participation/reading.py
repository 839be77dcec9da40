"""How far a member has read, and what is unread for them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ... import wakeups
from ...conf import conf
from ...exceptions import MessagingValidationError, RefusalCode
from ...prepared import Question, ask
from ..conversation import members
from ..event import Event
from ..read_under_lock import Asked
from . import questions
from .acting import Acting


class Reading(Acting):
    """Reads and marks as unread.

    Only messages that other people wrote can be unread. Messages about what happened, such as
    joining, can't.
    """

    #: 0 until they read something. It never goes back, since others were told of it.
    last_read_number = models.PositiveBigIntegerField(_("last read number"), default=0)
    #: Whether nobody was told that they have read up to `last_read_number`.
    read_privately = models.BooleanField(_("read privately"), default=False, db_default=False)
    #: They marked what others wrote from this number on as unread, though they had read it. Null if
    #: they did not, or have read it again.
    unread_again_from = models.PositiveBigIntegerField(
        _("unread again from"), null=True, blank=True, editable=False
    )
    #: The first unread message; null if there is none. Every verb keeps it up to date, so that
    #: finding what is unread takes no time for conversations that have been read.
    first_unread_number = models.PositiveBigIntegerField(
        _("first unread number"), null=True, blank=True
    )
    marked_unread_at = models.DateTimeField(_("marked as unread at"), null=True, blank=True)

    class Meta:
        abstract = True

    def read(self, number: int | None = None, *, privately: bool = False) -> None:
        """Mark the messages up to `number` as read, or all of them.

        The others are told how far this member has read. They are not if this member reads
        `privately`, if more than `RECEIPTS_UP_TO` people take part, or if this member blocked the
        other person of a private conversation. Then there is no event, and only the inbox streams
        of this member hear of it.

        A number below the last one that was read does nothing, unless this member has marked
        messages up to it as unread: another device was faster. What was read before stays as
        private or as public as it was.
        """
        untold = self._untold()
        with self.changing(*untold) as change:
            self.must_be_active()
            if number is None:
                number = self.last_visible_number
            self._must_be_readable(number)
            if number > self.last_read_number:
                privately = privately or any(each.found for each in untold)
                news = questions.reading(
                    key=self.pk, number=number, read_privately=privately, at=change.at
                )
                if not privately:
                    change.read_again(self, news)
                    change.record(Event.Kind.CONVERSATION_READ, self)
                    return
                self._write_alone(news)
            elif self._has_unread_again(number):
                # Nobody else saw the mark, so nobody else hears of its end.
                self._write_alone(self._reading_again(number, change.at))
            else:
                return
            wakeups.wake_inbox(self.user_id)

    def mark_unread(self, number: int | None = None) -> None:
        """Show this conversation as unread until it is read again.

        With `number`, also what others wrote from this number on is unread. Without it, unread
        counts don't change. Raises `NUMBER_OUT_OF_RANGE` for a message that this member does not
        see.

        No event is recorded, since the mark is this member's own, and what others see of how far
        they have read stays. Their inbox streams hear of it.
        """
        with self.changing() as change:
            self.must_be_active()
            if number is not None:
                self._must_be_visible(number)
            if number is not None and number < self._unread_from:
                again = questions.marking_unread(
                    key=self.pk, number=number, above=number - 1, at=change.at
                )
                self._write_alone(again)
            elif self.marked_unread_at is None:
                self.marked_unread_at = self.changed_at = change.at
                self.save(update_fields=["marked_unread_at", "changed_at"])
            else:
                return
            wakeups.wake_inbox(self.user_id)

    @property
    def unread_count(self) -> int:
        """How many messages are unread, counted up to `UNREAD_CAP`."""
        if self.first_unread_number is None:
            return 0
        if "_unread_count" in self.__dict__:
            return int(self.__dict__["_unread_count"])
        (counted,) = questions.with_unread_count(keys=[self.pk]).ask()
        return counted.unread_count

    @property
    def knows_unread_count(self) -> bool:
        """Whether `unread_count` is known without a query."""
        return self.first_unread_number is None or "_unread_count" in self.__dict__

    def return_to(self, at: datetime, *updates: Question[Any]) -> None:
        """Part of a change, after `updates`: unread is what they have not read, without marks."""
        self._write_alone(*updates, self._reading_again(self.last_read_number, at))

    def _untold(self) -> list[Asked]:
        """What keeps others from being told what this member reads: each finds rows if it does."""
        here = {"conversation": self.conversation}
        untold = [Asked(members.beyond(conf.RECEIPTS_UP_TO, **here))]
        if self.conversation.is_private:
            untold.append(Asked(questions.blocked_in(user=self.user_id, **here)))
        return untold

    @property
    def _unread_from(self) -> int:
        """From which number on messages of others are unread, if they are not hidden."""
        return self.unread_again_from or self.last_read_number + 1

    def _has_unread_again(self, number: int) -> bool:
        """Whether reading up to this number, which they had read, ends a mark as unread."""
        if number == self.last_read_number and self.marked_unread_at is not None:
            return True
        return self.unread_again_from is not None and self.unread_again_from <= number

    def _reading_again(self, number: int, at: datetime) -> Question[Any]:
        """The update after reading up to a number that was read before."""
        is_all = number == self.last_read_number
        return questions.reading_again(
            key=self.pk,
            number=number,
            unread_again_from=None if is_all else number + 1,
            marked_unread_at=None if is_all else self.marked_unread_at,
            at=at,
        )

    def _write_alone(self, *updates: Question[Any]) -> None:
        """Write within a change that has no event, and take over what is written then."""
        *_updated, rows = ask(*updates, self.current_row)
        self.take_over(rows)

    def _must_be_readable(self, number: int) -> None:
        if not 0 <= number <= self.last_visible_number:
            raise MessagingValidationError(RefusalCode.NUMBER_OUT_OF_RANGE, path=("number",))

    def _must_be_visible(self, number: int) -> None:
        if not self.history_from <= number <= self.last_visible_number:
            raise MessagingValidationError(RefusalCode.NUMBER_OUT_OF_RANGE, path=("from",))
