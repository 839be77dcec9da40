"""Who is mentioned in messages."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .message import Message


class Mention(models.Model):
    """A message mentions a person. `MessageQuerySet.forget_words` deletes it.

    A message that mentions everybody has no rows here; see `Message.mentions_all`.
    """

    message = models.ForeignKey(
        Message,
        models.CASCADE,
        related_name="mentions",
        verbose_name=_("message"),
        # `talk_mention_once` begins with this column.
        db_index=False,
    )
    #: The conversation and the number of the message, by which unread mentions are counted. The
    #: key of the message keeps the row in step, so the database need not check this one as well.
    conversation = models.ForeignKey(
        "talk.Conversation",
        models.DO_NOTHING,
        related_name="+",
        verbose_name=_("conversation"),
        db_index=False,
        db_constraint=False,
    )
    number = models.PositiveBigIntegerField(_("number"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        # The admin of accounts could be searched by a reverse name, for who mentioned whom.
        related_name="+",
        verbose_name=_("user"),
        # Two indexes begin with this column.
        db_index=False,
    )
    #: Whether it is because the message is a reply to one of this person.
    by_reply = models.BooleanField(_("by reply"), default=False)
    #: Whether an edit took the mention out. The row stays, so that the person is told once only.
    taken_out = models.BooleanField(_("taken out"), default=False)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [
            models.UniqueConstraint(fields=["message", "user"], name="talk_mention_once"),
        ]
        indexes = [
            # For `unread_mention_count`.
            models.Index(fields=["user", "conversation", "number"], name="talk_mention_by_number"),
            # For the list of a person's mentions, the newest first.
            models.Index(fields=["user", "message"], name="talk_mention_newest"),
        ]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"mention {self.pk}"
