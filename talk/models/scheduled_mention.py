"""Whom scheduled messages are to mention."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, router
from django.utils.translation import gettext_lazy as _

from ..prepared import among, deleting, prepared
from .scheduled_message import ScheduledMessage
from .shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The most messages whose mentions one query reads: each row has a user of its own for a moment.
AT_ONCE = 100


class ScheduledMentionQuerySet(models.QuerySet["ScheduledMention"]):
    def users_of(self, messages: Iterable[ScheduledMessage]) -> "dict[int, list[User]]":
        """The users whom these messages mention, by the key of the message."""
        keys = [each.pk for each in messages]
        found: dict[int, list[User]] = {key: [] for key in keys}
        for start in range(0, len(keys), AT_ONCE):
            for mention in _of_messages(messages=keys[start : start + AT_ONCE]).ask():
                found[mention.scheduled_id].append(mention.user)
        return found


class ScheduledMention(models.Model):
    """A scheduled message is to mention a person, if they still take part at its time."""

    scheduled = models.ForeignKey(
        ScheduledMessage,
        models.CASCADE,
        related_name="+",
        verbose_name=_("scheduled message"),
        # `talk_scheduled_mention_once` begins with this column.
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        # The admin of accounts could be searched by a reverse name, for who mentions whom.
        related_name="+",
        verbose_name=_("user"),
    )

    objects = ScheduledMentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention in a scheduled message")
        verbose_name_plural = _("mentions in scheduled messages")
        constraints = [
            models.UniqueConstraint(
                fields=["scheduled", "user"], name="talk_scheduled_mention_once"
            )
        ]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"mention in a scheduled message {self.pk}"


def _stored() -> ScheduledMentionQuerySet:
    return ScheduledMention.objects.using(router.db_for_write(ScheduledMention))


@prepared
def present(scheduled: Any, conversation: Any) -> "models.QuerySet[ScheduledMention, Any]":
    """The keys of the users whom a scheduled message mentions, and who take part."""
    place = "user__talk_participations__"
    active = {f"{place}conversation": conversation, f"{place}status": "active"}
    return _stored().filter(scheduled=scheduled, **active).values_list("user", flat=True)


@prepared
def deleted(scheduled: Any) -> Any:
    """The deletion of whom a scheduled message mentions, before that of the message."""
    return deleting(_stored().filter(scheduled=scheduled))


@prepared
def all_deleted(participation: Any) -> Any:
    """`deleted`, for all that one person has scheduled in one conversation."""
    return deleting(_stored().filter(scheduled__participation=participation))


@prepared
def _of_messages(messages: Any) -> ScheduledMentionQuerySet:
    mentions = ScheduledMention.objects.filter(among("scheduled", messages))
    return with_users(mentions, "user").order_by("pk")
