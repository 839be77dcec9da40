"""Pinned messages of conversations."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..prepared import among, prepared
from .first_of_each import first_of_each
from .message import Message
from .message.retention import cutoffs, without_expired
from .shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Most pinned messages of one conversation.
MOST_PINS = 50
#: The participation of a person in the conversation of a pin.
OWN = "conversation__participations"


class PinQuerySet(models.QuerySet["Pin"]):
    def pages_in(
        self,
        conversations: list[int],
        size: int,
        before: int | None = None,
        *,
        user: "User | None" = None,
        start: int = 1,
    ) -> "list[Pin]":
        """The newest `size` pins of each conversation, newest first, with the users who pinned.

        As `user` sees them: without those of messages that they cleared, and, if they left, without
        those from after that. For None, as all active members do who see the conversation from the
        number `start` on. `before` is the key of the pin that the page follows.
        """
        given: dict[str, Any] = {} if before is None else {"before": before}
        given |= {"start": start} if user is None else {"user": user}
        return _pages(size, conversations=conversations, **given, **cutoffs()).ask()


class Pin(models.Model):
    """A pinned message. `MessageQuerySet.forget_words` deletes it."""

    conversation = models.ForeignKey(
        "talk.Conversation",
        models.CASCADE,
        related_name="+",
        verbose_name=_("conversation"),
        # `talk_pin_in_order` begins with this column.
        db_index=False,
    )
    message = models.ForeignKey(
        Message,
        models.CASCADE,
        related_name="+",
        verbose_name=_("message"),
        # `talk_pin_once` is an index of this column.
        db_index=False,
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        # The admin of accounts could be searched by a reverse name, for who pinned what.
        related_name="+",
        verbose_name=_("pinned by"),
        help_text=_("Empty if the account was deleted or erased."),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = PinQuerySet.as_manager()

    class Meta:
        verbose_name = _("pinned message")
        verbose_name_plural = _("pinned messages")
        constraints = [models.UniqueConstraint(fields=["message"], name="talk_pin_once")]
        # For `pages_in`. Later pins of a conversation have higher keys, since its lock is held.
        indexes = [models.Index(fields=["conversation", "id"], name="talk_pin_in_order")]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"pinned message {self.pk}"


@prepared
def pinned_at(messages: Any) -> "models.QuerySet[Pin, Any]":
    """The key of each of these messages that is pinned, and when that was done."""
    return Pin.objects.filter(among("message", messages)).values_list("message", "at")


@prepared
def _pages(
    size: int,
    conversations: Any,
    user: Any = None,
    start: Any = None,
    before: Any = None,
    **kept_since: Any,
) -> PinQuerySet:
    seen = Pin.objects.all()
    if user is None:
        seen = seen.filter(message__number__gte=start)
    else:
        # One join: all conditions on the participation are in one `filter`.
        own = Q(**{f"{OWN}__user": user}, message__number__gte=F(f"{OWN}__history_from"))
        was_there = Q(**{f"{OWN}__status": "active"}) | Q(at__lte=F(f"{OWN}__left_at"))
        seen = seen.filter(own, was_there)
    seen = without_expired(seen, kept_since, "message__")
    if before is not None:
        seen = seen.filter(pk__lt=before)
    newest = first_of_each("conversation", conversations, seen, size, order="-pk")
    return with_users(Pin.objects.filter(newest), "by").order_by("conversation", "-pk")
