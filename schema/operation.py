"""One GraphQL operation, from its request to its answer: what was sent, and what it has used.

The state of an operation is in one object. Most functions get it as an argument. Resolvers, which
Strawberry calls, find it with `current`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from sys import getsizeof
from typing import TYPE_CHECKING, Protocol, Self

from talk.conf import conf
from talk.models import Attachment, Draft, Edit, LinkPreview, Message, ScheduledMessage

if TYPE_CHECKING:
    from .authentication.context import Context
    from .documents.document import Document
    from .documents.request import Request

#: An operation may read texts that take this many times `MAX_ANSWER_SIZE` in memory.
READ_TIMES = 1.25


class BudgetSpent(Exception):
    """The answer would be longer than its budget. Ends the whole operation."""


class Operation:
    """One operation of one client. In its `with` block it is the current one of the thread."""

    #: Whether the operation was counted against the rate limits.
    is_counted = False
    #: The bytes of its answer, and the memory of the texts that it has read.
    bytes_written = bytes_read = 0
    _token: Token["Operation | None"]

    def __init__(
        self, request: "Request", context: "Context", document: "Document | None" = None
    ) -> None:
        self.request, self.context = request, context
        #: The document of the request: from the cache, or None until it is parsed.
        self.document = document

    @property
    def is_subscription(self) -> bool:
        """Whether this is a subscription. False while its document is not parsed."""
        return self.document is not None and self.document.is_subscription(
            self.request.operation_name
        )

    def release(self) -> None:
        """Drop the request and its document, which a stream that runs does not need."""
        del self.request, self.document

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        return self

    def __exit__(self, *raised: object) -> None:
        _current.reset(self._token)


_current: ContextVar[Operation | None] = ContextVar("operation", default=None)


def current() -> Operation | None:
    """The operation that runs in this thread, or None."""
    return _current.get()


def mark_counted() -> None:
    """Say that the current operation was counted against the rate limits."""
    if (operation := current()) is not None:
        operation.is_counted = True


class NoRoom(Exception):
    """The texts that are read take more memory than there is room for. See `reading_into`."""


class Room(Protocol):
    """Something that keeps texts in memory."""

    #: How many bytes more they may take. None means any number.
    room: int | None


_room: ContextVar[Room | None] = ContextVar("room", default=None)


@contextmanager
def reading_into(room: Room) -> Iterator[None]:
    """Let `count_texts` raise `NoRoom` inside, once there is no room left."""
    token = _room.set(room)
    try:
        yield
    finally:
        _room.reset(token)


def count_texts(messages: Iterable[Message | Edit | Draft | ScheduledMessage]) -> None:
    """Count the texts that were read. They stay in memory until the answer is sent.

    Raises `BudgetSpent` if the operation has read more than its answer could hold.
    """
    _count([message.body for message in messages])


def count_names(attachments: Iterable[Attachment]) -> None:
    """Count the names and placeholders of files; see `count_texts`."""
    _count(text for each in attachments for text in (each.filename, each.placeholder))


def count_previews(previews: Iterable[LinkPreview]) -> None:
    """Count the texts of link previews; see `count_texts`."""
    _count(text for each in previews for text in (each.url, each.title, each.description))


def _count(texts: Iterable[str]) -> None:
    operation, room = current(), _room.get()
    size = sum(map(getsizeof, texts))
    if room is not None and room.room is not None:
        room.room -= size
        if room.room < 0:
            raise NoRoom
    if operation is not None:
        operation.bytes_read += size
        if operation.bytes_read > READ_TIMES * conf.MAX_ANSWER_SIZE:
            raise BudgetSpent
