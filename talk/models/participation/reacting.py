"""How a member reacts to what somebody said."""

from typing import Any

from django.db import models, router

from ...emoji import clean_emoji, comparable_emoji
from ...exceptions import MessagingValidationError, RefusalCode
from ...prepared import columns_of, deleting, inserting, prepared
from ..event import Event
from ..message import Message
from ..message.queryset import revised
from ..reaction import MOST_EMOJI, Reaction, ReactionQuerySet
from ..read_under_lock import Asked
from .acting import Acting


class Reacting(Acting):
    """Sets and takes back reactions. Neither makes a message unread, or moves an inbox."""

    class Meta:
        abstract = True

    def react(self, message: Message, emoji: str) -> Message:
        """React to a message with one emoji. Returns the message.

        The same reaction again is no change. Raises what `clean_emoji` and `must_find_text` raise,
        and `TOO_MANY_REACTIONS` if the message has `MOST_EMOJI` other emoji already.
        """
        emoji = clean_emoji(emoji)
        known = Asked(_looked_up(message=message.pk, user=self.user_id, emoji=emoji))
        with self.changing(message, known) as change:
            self.must_find_text(message)
            ((has_own, others),) = known.found
            if has_own:
                return message
            if others is not None and others >= MOST_EMOJI:
                raise MessagingValidationError(RefusalCode.TOO_MANY_REACTIONS, path=("emoji",))
            reaction = Reaction(message=message, user=self.user, emoji=emoji, at=change.at)
            change.record(Event.Kind.MESSAGE_REACTED, self, message)
            change.read_again(self, _inserted(**columns_of(reaction)), revised(message))
        return message

    def unreact(self, message: Message, emoji: str) -> Message:
        """Take back a reaction of this member to a message. Returns the message.

        It is no change if there is none. An emoji that `REACTIONS` does not list any more can be
        taken back, too. Raises what `comparable_emoji` and `must_find_text` raise.
        """
        emoji = comparable_emoji(emoji)
        known = Asked(_looked_up(message=message.pk, user=self.user_id, emoji=emoji))
        with self.changing(message, known) as change:
            self.must_find_text(message)
            ((has_own, _others),) = known.found
            if not has_own:
                return message
            own = {"message": message.pk, "user": self.user_id, "emoji": emoji}
            change.record(Event.Kind.MESSAGE_REACTED, self, message)
            change.read_again(self, _deleted(**own), revised(message))
        return message


def _all() -> ReactionQuerySet:
    # In the database that is written to: a replica may not have the latest changes.
    return Reaction.objects.using(router.db_for_write(Reaction))


@prepared
def _looked_up(message: Any, user: Any, emoji: Any) -> "models.QuerySet[Message, Any]":
    """Whether the user reacted with the emoji, and how many other emoji there are.

    They are counted only if nobody reacted with this one yet.
    """
    there = _all().filter(message=models.OuterRef("pk"))
    same = there.filter(emoji=emoji)
    counted = there.order_by().values("message").annotate(n=models.Count("emoji", distinct=True))
    others = models.Case(
        models.When(models.Exists(same), then=0),
        default=models.Subquery(counted.values("n")),
        output_field=models.IntegerField(),
    )
    rows = Message.objects.using(router.db_for_write(Message)).filter(pk=message)
    return rows.values_list(models.Exists(same.filter(user=user)), others)


@prepared
def _inserted(**columns: Any) -> Any:
    return inserting(Reaction(**columns))


@prepared
def _deleted(message: Any, user: Any, emoji: Any) -> Any:
    return deleting(_all().filter(message=message, user=user, emoji=emoji))
