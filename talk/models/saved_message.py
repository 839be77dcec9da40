"""Messages that people saved, each for themselves."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..prepared import Question, among, prepared
from .message import Message
from .message.retention import cutoffs, without_expired
from .shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The participation of the person, from a saved message.
OWN = "message__conversation__participations"


class SavedMessageQuerySet(models.QuerySet["SavedMessage"]):
    def newest_question(
        self, user: "User", most: int, before: int | None = None
    ) -> "Question[SavedMessage]":
        """The question for what `user` saved last, each with its message.

        `before` is the key of the row that the page follows. Left out are messages that `user`
        can't read any more.
        """
        position = {} if before is None else {"before": before}
        return _newest(most, user=user, **position, **cutoffs())


class SavedMessage(models.Model):
    """A message that a person saved. Nobody else is shown that, staff included.

    `MessageQuerySet.forget_words` deletes it, and so does `Participation.clear` of the person.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        # The admin of accounts could be searched by a reverse name, for who saved what.
        related_name="+",
        verbose_name=_("user"),
        # Two indexes begin with this column.
        db_index=False,
    )
    message = models.ForeignKey(
        Message, models.CASCADE, related_name="+", verbose_name=_("message")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = SavedMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved message")
        verbose_name_plural = _("saved messages")
        constraints = [
            models.UniqueConstraint(fields=["user", "message"], name="talk_saved_message_once")
        ]
        # For `newest_question`: there is no limit to how many messages a person saves.
        indexes = [models.Index(fields=["user", "id"], name="talk_saved_message_newest")]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"saved message {self.pk}"


@prepared
def saved_by(user: Any, messages: Any) -> "models.QuerySet[SavedMessage, Any]":
    """The keys of those of these messages that a user saved."""
    saved = SavedMessage.objects.filter(among("message", messages), user=user)
    return saved.values_list("message", flat=True)


@prepared
def savers_of(messages: Any) -> "models.QuerySet[SavedMessage, Any]":
    """The keys of these messages that somebody saved, each with the key of that user."""
    return SavedMessage.objects.filter(among("message", messages)).values_list("message", "user")


@prepared
def _newest(most: int, user: Any, before: Any = None, **kept_since: Any) -> SavedMessageQuerySet:
    # One join: all conditions on the participation are in one `filter`.
    own = Q(**{f"{OWN}__user": user}, message__number__gte=F(f"{OWN}__history_from"))
    is_there = Q(**{f"{OWN}__left_at_number": None}) | Q(
        message__number__lte=F(f"{OWN}__left_at_number")
    )
    found = SavedMessage.objects.filter(own, is_there, user=user)
    found = without_expired(found, kept_since, "message__")
    if before is not None:
        found = found.filter(pk__lt=before)
    shown = with_users(found, "message__sender", "message__subject").defer("message__fingerprint")
    return shown.order_by("-pk")[:most]
