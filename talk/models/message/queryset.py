"""Finds messages: pages of a conversation, what is visible, what is unread."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models, router
from django.utils import timezone

from ...prepared import Question, changing, prepared, round_up
from ..block import Block
from ..shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..participation import Participation
    from . import Message

#: The key of a conversation, and the first and the last number of a range of its messages.
Range = tuple[int, int, int]


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, participation: "Participation") -> Self:
        """The messages that this person may read.

        After they left, these end there. After they cleared the conversation, they begin there.
        """
        return self.filter(
            conversation=participation.conversation_id,
            number__range=(participation.history_from, participation.last_visible_number),
        )

    def in_ranges(self, ranges: Iterable[Range]) -> "list[Message]":
        """The messages of these ranges, in order, with their senders and subjects."""
        ranges = [each for each in ranges if each[1] <= each[2]]
        if not ranges:
            return []
        # The last range is repeated.
        count = round_up(len(ranges))
        ranges = ranges + ranges[-1:] * (count - len(ranges))
        values = {
            f"{name}{at}": value
            for at, each in enumerate(ranges)
            for name, value in zip(("conversation", "low", "high"), each, strict=True)
        }
        return _in_ranges(count, **values).ask()

    def find_question(self, key: int) -> "Question[Message]":
        """The question for the message with this key, with its sender and its subject."""
        return _with_people(key=key)

    def texts_of_others(self) -> Self:
        """For a subquery of participations: what others wrote in the conversation.

        Without messages that are hidden from the participation's user by a block.
        """
        return self.filter(
            ~models.Q(sender=models.OuterRef("user")),
            ~models.Exists(Block.objects.of_sender()),
            conversation=models.OuterRef("conversation"),
            kind="text",
            removed_as="",
        )

    def unread_by(self, user: "User", *, muted: bool = False) -> Self:
        """The unread messages of `user`'s whole inbox.

        Without those of archived conversations and, unless `muted` is true, of muted ones.
        """
        from ..participation.arranging import unmuted

        place = "conversation__participations__"
        counted = models.Q() if muted else unmuted(timezone.now(), place)
        hidden = Block.objects.filter(blocker=user, blocked=models.OuterRef("sender"))
        return self.filter(
            counted,
            ~models.Exists(hidden),
            kind="text",
            removed_as="",
            conversation__participations__user=user,
            conversation__participations__status="active",
            conversation__participations__archived_at=None,
            number__gte=models.F("conversation__participations__first_unread_number"),
        ).exclude(sender=user)

    def forget_words(
        self, why: "Message.Removal", revisions: Mapping[Any, int] | None = None
    ) -> None:
        """Delete the words of these messages, and everything that hangs on words.

        That is: earlier texts, link previews, mentions, reactions and pins, and that somebody saved
        them. Files are discarded: nobody gets them from now on, and jobs delete them. The rows of
        the messages stay, and count as unread for nobody. This is the only place where words go, so
        that no copy of them is left.

        All messages are of one conversation, whose lock the caller holds. `revisions` has that of
        the event of each message, by its key, if clients are told of it.
        """
        from ..attachment import Attachment
        from ..edit import Edit
        from ..link_preview import LinkPreview
        from ..mention import Mention
        from ..pin import Pin
        from ..reaction import Reaction
        from ..report import Report
        from ..saved_message import SavedMessage

        numbers = dict(self.values_list("pk", "number"))
        if not numbers:
            return
        gone = self.model.objects.filter(pk__in=list(numbers))
        told = {} if revisions is None else {"revision": _value_by_key(revisions)}
        kept_nothing = {"body": "", "fingerprint": "", "mentions_all": False, "attachment_count": 0}
        gone.update(removed_as=why, **kept_nothing, **told)
        for hanging in (Edit, LinkPreview, Mention, Pin, Reaction, SavedMessage):
            hanging._default_manager.filter(message__in=list(numbers)).delete()
        Attachment.objects.filter(message__in=list(numbers)).discard()
        if why not in self.model.KEPT_IN_REPORTS:
            Report.objects.filter(message__in=list(numbers)).forget_words()
        self._are_read(numbers)

    def _are_read(self, numbers: dict[Any, int]) -> None:
        """Count these messages, by their keys, as unread for nobody any more."""
        from ..participation import Participation
        from ..participation.unread import first_unread

        conversation = self.model.objects.filter(pk__in=list(numbers)[:1]).values("conversation")
        next_one = first_unread(above=models.OuterRef("first_unread_number"))
        Participation.objects.filter(
            conversation__in=conversation, first_unread_number__lte=max(numbers.values())
        ).update(
            first_unread_number=models.Case(
                models.When(first_unread_number__in=list(numbers.values()), then=next_one),
                default="first_unread_number",
                output_field=models.PositiveBigIntegerField(),
            ),
            changed_at=timezone.now(),
        )


def _value_by_key(values: Mapping[Any, int]) -> models.Case:
    """A value for each row, by its key."""
    cases = (models.When(pk=key, then=value) for key, value in values.items())
    return models.Case(*cases, output_field=models.PositiveBigIntegerField())


@prepared
def by_key(key: Any) -> MessageQuerySet:
    """One row, read from the database that is written to."""
    from . import Message

    return Message.objects.using(router.db_for_write(Message)).filter(pk=key)


@prepared
def at_number(conversation: Any, number: Any) -> MessageQuerySet:
    """The message at a number, read from the database that is written to."""
    from . import Message

    messages = Message.objects.using(router.db_for_write(Message))
    return messages.filter(conversation=conversation, number=number)


@prepared
def _with_people(key: Any) -> MessageQuerySet:
    from . import Message

    return Message.objects.filter(pk=key).select_related("sender", "subject")


@prepared
def updated(key: Any, **columns: Any) -> Any:
    """The update of one row, whose conversation is locked."""
    from . import Message

    return changing(Message.objects.filter(pk=key), **columns)


def revised(message: "Message") -> Question[Any]:
    """The update of the revision of a message, for an event that changed no other column of it."""
    return updated(key=message.pk, revision=message.revision)


def key_at(conversation: Any, number: Any) -> models.Subquery:
    """The key of the message at a number, also of one that is written in the same round trip."""
    from . import Message

    at = Message.objects.filter(conversation=conversation, number=number)
    return models.Subquery(at.values("pk"))


@prepared
def _in_ranges(count: int, **values: Any) -> MessageQuerySet:
    from . import Message

    ranges = (
        models.Q(
            conversation=values[f"conversation{at}"],
            number__range=(values[f"low{at}"], values[f"high{at}"]),
        )
        for at in range(count)
    )
    wanted = with_users(Message.objects.filter(reduce(or_, ranges)), "sender", "subject")
    # No page shows it.
    return wanted.defer("fingerprint").order_by("conversation", "number")
