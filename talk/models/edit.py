"""What messages said before they were edited."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .message import Message


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
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")
        indexes = [models.Index(fields=["message", "until"], name="talk_edit_in_order")]

    def __str__(self) -> str:
        return f"earlier text {self.pk}"
