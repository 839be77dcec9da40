"""What a message refers to: the message that it replies to, people whom it mentions, and files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..attachment import Attachment

#: The highest number that the database can store.
MOST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class References:
    """What the sender of a message says that it refers to."""

    #: The number of the message that it replies to, in the same conversation.
    reply_to: int | None = None
    #: The keys of the users whom it mentions, each once. A reply also mentions the author of the
    #: message that it replies to, unless this is empty. None if the sender does not say.
    mentions: tuple[Any, ...] | None = None
    #: Whether it mentions everybody who takes part.
    mention_all: bool = False
    #: The keys of the uploads that it has as files, in their order, each once.
    attachments: tuple[Any, ...] = ()

    @classmethod
    def of(
        cls,
        reply_to: int | None,
        mentions: "Iterable[User | Any] | None",
        mention_all: bool,
        attachments: "Iterable[Attachment | Any]" = (),
    ) -> Self:
        """`mentions` are users, and `attachments` uploads, or their keys."""
        mentioned = None if mentions is None else keys_of(mentions)
        return cls(reply_to, mentioned, mention_all, keys_of(attachments))

    @property
    def reply_number(self) -> int:
        """`reply_to`, or a number that no message has if the database can't store it."""
        return max(0, min(self.reply_to or 0, MOST_NUMBER))

    @property
    def given(self) -> dict[str, Any]:
        """The parts that the sender gave, for the fingerprint of the request."""
        parts: dict[str, Any] = {}
        if self.reply_to is not None:
            parts["reply_to"] = self.reply_to
        if self.mentions is not None:
            parts["mentions"] = sorted(map(str, self.mentions))
        if self.mention_all:
            parts["mention_all"] = True
        if self.attachments:
            parts["attachments"] = list(map(str, self.attachments))
        return parts


def keys_of(rows: "Iterable[Any]") -> tuple[Any, ...]:
    """The keys of `rows`, which are given as rows or as keys, each once."""
    return tuple(dict.fromkeys(map(key_of, rows)))


def key_of(row: Any) -> Any:
    """The key of `row`, which is given as a row or as a key; None of None."""
    return getattr(row, "pk", row)


#: The references of most messages.
NONE = References()
