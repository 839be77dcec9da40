"""What messages said before they were edited."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..prepared import prepared
from .first_of_each import first_of_each
from .message import Message

#: The most earlier texts that one query reads, which may be long. It is more than a page has.
AT_ONCE = 150
#: The most earlier texts of a message that staff are shown, so that no page is too long to open.
MOST_SHOWN = 100


class EditQuerySet(models.QuerySet["Edit"]):
    def pages_of(
        self, messages: list[Message], most: int, before: datetime | None = None
    ) -> Iterator[list["Edit"]]:
        """The newest `most` earlier texts of each of these messages, newest first, in parts.

        With `before`, only those that were replaced before this time. `most` is less than
        `AT_ONCE`. Each part has whole pages, and has its own query: so a caller can stop if the
        texts get too long. Few messages have so many that there is a second part.
        """
        position = {} if before is None else {"before": before}
        keys = sorted(each.pk for each in messages)
        while keys:
            found = _pages_of(most, messages=keys, **position).ask()
            is_cut = len(found) == AT_ONCE
            keys = [key for key in keys if key >= found[-1].message_id] if is_cut else []
            # The query may have ended within the page of the last message, which is read again.
            yield [each for each in found if not keys or each.message_id != keys[0]]


class Edit(models.Model):
    """What a message said until it was edited. `MessageQuerySet.forget_words` deletes it."""

    message = models.ForeignKey(
        Message,
        models.CASCADE,
        related_name="edits",
        verbose_name=_("message"),
        # `talk_edit_in_order` begins with this column.
        db_index=False,
    )
    body = models.TextField(_("body"))
    #: When another text replaced it. Later edits of a message have later times.
    until = models.DateTimeField(_("until"))

    objects = EditQuerySet.as_manager()

    class Meta:
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")
        indexes = [models.Index(fields=["message", "until"], name="talk_edit_in_order")]

    def __str__(self) -> str:
        return f"earlier text {self.pk}"


@prepared
def _pages_of(most: int, messages: Any, before: Any = None) -> EditQuerySet:
    rows = Edit.objects.all()
    earlier = rows if before is None else rows.filter(until__lt=before)
    newest = first_of_each("message", messages, earlier, most, order="-until")
    return rows.filter(newest).order_by("message", "-until")[:AT_ONCE]
