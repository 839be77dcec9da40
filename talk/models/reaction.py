"""Reactions to messages."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Min, Q, Value, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..emoji import EMOJI_LENGTH
from ..prepared import among, prepared
from .first_of_each import with_keys
from .message import Message
from .shown_users import with_users

if TYPE_CHECKING:
    from .participation import Participation

#: Most different emoji of the reactions to one message.
MOST_EMOJI = 20


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def to(self, messages: Iterable[Message], inactive: "Iterable[Participation]") -> Self:
        """The reactions to `messages` that somebody sees who left some of their conversations.

        `inactive` are their participations in these. Of what happened there, they see no reactions
        from after they left.
        """
        left_at = {each.conversation_id: each.left_at for each in inactive}
        seen = Q(message__in=[each.pk for each in messages if each.conversation_id not in left_at])
        for message in messages:
            # Those who never took part see none.
            if at := left_at.get(message.conversation_id):
                seen |= Q(message=message.pk, at__lte=at)
        return self.filter(seen)

    def counted(self, viewer: Any = None) -> "models.QuerySet[Reaction, Any]":
        """The key of the message, the emoji, how many people reacted with it, and a number.

        The number is above 0 if `viewer` did. In the order in which the emoji began.
        """
        own = Value(0) if viewer is None else Count("pk", filter=Q(user=viewer))
        groups = self.order_by().values("message", "emoji")
        counted = groups.annotate(count=Count("pk"), own=own, began=Min("pk")).order_by("began")
        return counted.values_list("message", "emoji", "count", "own")

    def first_of_each(self, size: int) -> "ReactionQuerySet":
        """The first `size` reactions with each emoji to each message, in order, with their users.

        Without those of deleted accounts.
        """
        position = Window(RowNumber(), partition_by=["message", "emoji"], order_by="pk")
        named = self.filter(user__isnull=False).alias(_position=position)
        first = named.filter(_position__lte=size).values("pk")
        return with_users(Reaction.objects.filter(with_keys(first)), "user").order_by("pk")


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

    objects = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(fields=["message", "emoji", "user"], name="talk_reaction_once"),
        ]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"reaction {self.pk}"


@prepared
def counted(messages: Any, viewer: Any = None) -> "models.QuerySet[Reaction, Any]":
    """`ReactionQuerySet.counted`, for messages of which all reactions are seen."""
    return Reaction.objects.filter(among("message", messages)).counted(viewer)


@prepared
def first_of_each(size: int, messages: Any) -> ReactionQuerySet:
    """`ReactionQuerySet.first_of_each`, for messages of which all reactions are seen."""
    return Reaction.objects.filter(among("message", messages)).first_of_each(size)
