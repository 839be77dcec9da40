"""Who is mentioned in messages."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, router
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..prepared import Question, among, changing, inserting, prepared
from .block import Block
from .message import Message
from .message.queryset import key_at
from .message.retention import cutoffs, without_expired
from .shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The most people whom the sender of a message can name.
MOST_MENTIONS = 50
#: The most messages whose mentions one query reads: each row has a user of its own for a moment.
AT_ONCE = 100
#: The participation of the mentioned person, from a mention.
OWN = "conversation__participations"


class MentionQuerySet(models.QuerySet["Mention"]):
    def present(self) -> Self:
        """Without those that an edit took out."""
        return self.filter(taken_out=False)

    def users_of(self, messages: Iterable[Message]) -> "dict[int, list[User]]":
        """The users whom these messages mention, by the key of the message, first mentioned first.

        A message whose words are gone mentions nobody.
        """
        keys = [each.pk for each in messages if each.removal is None]
        found: dict[int, list[User]] = {}
        users: dict[Any, User] = {}
        for start in range(0, len(keys), AT_ONCE):
            for mention in _of_messages(messages=keys[start : start + AT_ONCE]).ask():
                user = users.setdefault(mention.user_id, mention.user)
                found.setdefault(mention.message_id, []).append(user)
        return found

    def newest_question(
        self, user: "User", most: int, before: int | None = None
    ) -> "Question[Mention]":
        """The question for the latest mentions of `user`, each with its message.

        `before` is the key of the message that the page follows. Left out are messages that `user`
        can't read any more, or as they are now, and those of people whom `user` blocked.
        """
        position = {} if before is None else {"before": before}
        return _newest(most, user=user, **position, **cutoffs())


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

    objects = MentionQuerySet.as_manager()

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


@prepared
def of_message(message: Any) -> MentionQuerySet:
    """All mentions of a message, also those that were taken out. Its conversation is locked."""
    rows = Mention.objects.using(router.db_for_write(Mention))
    return rows.filter(message=message)


@prepared
def added(**columns: Any) -> Any:
    """The insertion of a mention, maybe in the round trip in which the message is inserted."""
    columns["message_id"] = key_at(columns["conversation_id"], columns["number"])
    return inserting(Mention(**columns))


@prepared
def taken(keys: Any, out: Any) -> Any:
    """The update that takes these mentions out of their message, or back in."""
    return changing(Mention.objects.filter(among("pk", keys)), taken_out=out)


@prepared
def _of_messages(messages: Any) -> MentionQuerySet:
    present = Mention.objects.present().filter(among("message", messages))
    return with_users(present, "user").order_by("pk")


@prepared
def _newest(most: int, user: Any, before: Any = None, **kept_since: Any) -> MentionQuerySet:
    # One join: all conditions on the participation are in one `filter`.
    own = Q(**{f"{OWN}__user": user}, number__gte=F(f"{OWN}__history_from"))
    is_there = Q(**{f"{OWN}__left_at_number": None}) | Q(number__lte=F(f"{OWN}__left_at_number"))
    is_same = Q(message__edited_at=None) | Q(message__edited_at__lte=F(f"{OWN}__left_at"))
    is_same |= Q(**{f"{OWN}__left_at": None})
    hidden = Block.objects.filter(blocker=user, blocked=models.OuterRef("message__sender"))
    found = Mention.objects.present().filter(own, is_there, is_same, user=user)
    found = found.exclude(models.Exists(hidden))
    found = without_expired(found, kept_since, "message__")
    if before is not None:
        found = found.filter(message__lt=before)
    shown = with_users(found, "message__sender", "message__subject")
    return shown.order_by("-message")[:most]
