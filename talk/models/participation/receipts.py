"""Read receipts: how far people have read, as far as others are told of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...conf import conf
from ..block import Block
from . import questions

if TYPE_CHECKING:
    from ..message import Message


#: Answers whether a member is one of the users with these keys.
IsAmong = Callable[[frozenset[Any]], bool]


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who takes part, and how far they have read."""

    #: The keys of their participation and of the user.
    key: int
    user: Any
    #: The number of the last message that they have read; 0 until they read something.
    number: int
    #: The number of the last message before they joined. They were not there when it was sent.
    joined_at_number: int
    #: Whether others are not told. Then they are not told of others, either.
    is_private: bool

    def has_seen(self, message: "Message") -> bool:
        """Whether they have seen this message of somebody else."""
        was_sent_to_them = self.joined_at_number < message.number <= self.number
        return was_sent_to_them and message.sender_id != self.user


@dataclass(frozen=True, slots=True)
class Receipts:
    """Who has read how far in one conversation."""

    #: By the key of their participation, in the order in which they first joined.
    readers: Mapping[int, Reader]
    #: The keys of the users who read privately.
    private: frozenset[Any]
    #: For readers who blocked others: the keys of these users. They are not told of the reader.
    blocked: Mapping[Any, frozenset[Any]]

    def told(self, is_among: IsAmong) -> list[Reader] | None:
        """The readers of whom a member is told. None if the member is told of nobody."""
        if self.private and is_among(self.private):
            return None
        return [each for each in self.readers.values() if not self._is_hidden(each, is_among)]

    def told_of(self, key: int, is_among: IsAmong) -> Reader | None:
        """The reader with the key of a participation, if a member is told of them; see `told`."""
        reader = self.readers.get(key)
        if reader is None or (self.private and is_among(self.private)):
            return None
        return None if self._is_hidden(reader, is_among) else reader

    def _is_hidden(self, reader: Reader, is_among: IsAmong) -> bool:
        blocked = self.blocked.get(reader.user)
        return blocked is not None and is_among(blocked)


def receipts_in(conversations: list[int]) -> dict[int, Receipts]:
    """The receipts of these conversations, by key.

    Conversations in which more than `RECEIPTS_UP_TO` people take part have none.
    """
    most = conf.RECEIPTS_UP_TO
    people: defaultdict[int, list[Reader]] = defaultdict(list)
    for conversation, *columns in questions.reading_in(most + 1, conversations=conversations).ask():
        people[conversation].append(Reader(*columns))
    few = {key: readers for key, readers in people.items() if len(readers) <= most}
    blocked = _blocked({each.user for readers in few.values() for each in readers})
    return {
        key: Receipts(
            readers={each.key: each for each in readers if each.number and not each.is_private},
            private=frozenset(each.user for each in readers if each.is_private),
            blocked=blocked,
        )
        for key, readers in few.items()
    }


def _blocked(users: Iterable[Any]) -> dict[Any, frozenset[Any]]:
    """Whom each of these users blocked among them."""
    found: defaultdict[Any, set[Any]] = defaultdict(set)
    keys = list(users)
    for blocker, blocked in Block.objects.among(keys) if keys else ():
        found[blocker].add(blocked)
    return {blocker: frozenset(blocked) for blocker, blocked in found.items()}
