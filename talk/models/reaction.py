"""Reactions to messages."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .message import Message

#: Most characters of an emoji, or of a name of a reaction of the project's own.
EMOJI_LENGTH = 32


class Reaction(models.Model):
    """One person's reaction to a message. `MessageQuerySet.forget_words` deletes it."""

    message = models.ForeignKey(
        Message,
        models.CASCADE,
        related_name="reactions",
        verbose_name=_("message"),
        # `talk_reaction_once` begins with this column.
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # Reactions of deleted accounts count, and name nobody.
        models.SET_NULL,
        null=True,
        # The admin of accounts could be searched by a reverse name, for who reacted to what.
        related_name="+",
        verbose_name=_("user"),
    )
    emoji = models.CharField(_("emoji"), max_length=EMOJI_LENGTH)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(fields=["message", "emoji", "user"], name="talk_reaction_once"),
        ]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"reaction {self.pk}"
