"""Whom a member mentions in messages, and how many unread messages mention them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from ...exceptions import MessagingValidationError, RefusalCode
from ...prepared import Question
from ..conversation import members
from ..mention import MOST_MENTIONS, Mention, added, of_message, taken
from ..message.references import keys_of
from ..read_under_lock import Asked
from . import questions
from .acting import Acting

if TYPE_CHECKING:
    from ..message import Message
    from ..message.references import References
    from ..read_under_lock import ReadUnderLock
    from . import Participation


class Mentioning(Acting):
    """Mentions people, and is mentioned."""

    class Meta:
        abstract = True

    @property
    def unread_mention_count(self) -> int:
        """How many unread messages mention this member, counted up to `UNREAD_CAP`.

        0 for people who don't take part.
        """
        from . import Participation

        own = cast("Participation", self)
        return Participation.objects.unread_mention_counts([own]).get(own.pk, 0)


class Mentions:
    """The people whom a new message is to mention. Raises `TOO_MANY_MENTIONS`."""

    def __init__(self, sender: Acting, references: "References") -> None:
        self._sender = sender
        self.named = _named(sender, references.mentions)
        self._active = self._count = None
        if references.reply_to is not None and references.mentions != ():
            # An empty list says that the reply mentions nobody.
            self._active = _active(sender, self.named, author_of=references.reply_number)
        elif self.named:
            self._active = _active(sender, self.named)
        if references.mention_all:
            self._count = Asked(members.active_count(conversation=sender.conversation))

    @property
    def read_under_lock(self) -> "list[ReadUnderLock]":
        return [each for each in (self._active, self._count) if each is not None]

    def must_be_allowed(self) -> None:
        """Raise `NOT_A_MEMBER` or `NOT_ALLOWED`. The change has read what this takes."""
        _must_be_active(self.named, self._active)
        if self._count is not None:
            self._sender.must_be_able_to_mention_all(sum(self._count.found))

    def added_to(self, message: "Message", author: Any = None) -> list[Question[Any]]:
        """The insertions of the mentions, to be written along with the message.

        `author` is the key of the user to whose message it replies.
        """
        found = self._active.found if self._active else ()
        # Nobody, if the author does not take part any more, or is the sender.
        replied_to = {author}.intersection(found).difference([self._sender.user_id])
        keys = [*replied_to.difference(self.named), *self.named]
        return [_added(message, key, by_reply=key in replied_to) for key in keys]


class EditedMentions:
    """The people whom a message is to mention after an edit; the same as before for None.

    The author of the message that it replies to stays mentioned. Raises `TOO_MANY_MENTIONS`.
    """

    def __init__(self, message: "Message", author: Acting, users: "Iterable[Any] | None") -> None:
        self._message, self._author = message, author
        self._named = None if users is None else _named(author, keys_of(users))
        self._before = Asked(of_message(message=message))
        self._active = _active(author, self._named or [])

    @property
    def read_under_lock(self) -> "list[ReadUnderLock]":
        return [] if self._named is None else [self._before, self._active]

    def writes(self, at: datetime) -> list[Question[Any]]:
        """What is to be written, which is nothing if the mentions stay the same.

        Raises `NOT_A_MEMBER` for people who were not mentioned before and do not take part.
        """
        if self._named is None:
            return []
        before: dict[Any, Mention] = {each.user_id: each for each in self._before.found}
        present = {key for key, each in before.items() if not each.taken_out}
        back_in = [key for key in self._named if key not in present]
        _must_be_active(back_in, self._active)
        new = [key for key in back_in if key not in before]
        back = [key for key in back_in if key in before]
        out = [key for key in present.difference(self._named) if not before[key].by_reply]
        return [
            *(_added(self._message, key, by_reply=False) for key in new),
            *(
                taken(keys=sorted(before[key].pk for key in keys), out=is_out)
                for keys, is_out in ((out, True), (back, False))
                if keys
            ),
            *self._moves(at, new, [*out, *back]),
        ]

    def _moves(self, at: datetime, new: list[Any], others: list[Any]) -> list[Question[Any]]:
        """The inboxes of people who are told, and of those for whom the unread count changes."""
        conversation, number = self._author.conversation_id, self._message.number
        told = {"conversation": conversation, "at": at}
        return [
            *([questions.moved(users=new, **told)] if new else []),
            *([questions.moved(users=others, unread=number, **told)] if others else []),
        ]


def _named(author: Acting, keys: Sequence[Any] | None) -> list[Any]:
    """The users to mention, without the author of the message."""
    named = [key for key in keys or () if key != author.user_id]
    if len(named) > MOST_MENTIONS:
        raise MessagingValidationError(RefusalCode.TOO_MANY_MENTIONS, path=("mentions",))
    return named


def _active(member: Acting, users: list[Any], **more: Any) -> Asked:
    return Asked(members.active_users(conversation=member.conversation, users=users, **more))


def _must_be_active(users: Sequence[Any], active: Asked | None) -> None:
    """Whether a user exists is not told: unknown ones are no members, either."""
    if set(users).difference(active.found if active else ()):
        raise MessagingValidationError(RefusalCode.NOT_A_MEMBER, path=("mentions",))


def _added(message: "Message", user: Any, *, by_reply: bool) -> Question[Any]:
    return added(
        conversation_id=message.conversation_id,
        number=message.number,
        user_id=user,
        by_reply=by_reply,
    )
