"""The messages of a conversation, a page of each in one query for all conversations of a page."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import strawberry
from django.db.models import OuterRef, Subquery
from strawberry import relay

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.prepared import Ask

from ..loading.batch import Siblings, rows_of_each
from ..loading.participations import past_place_of, place_of
from ..operation import count_texts
from ..pagination import Window, number_cursor, number_of, page_size
from ..times import utc
from .fields import CURSOR, PAGE_INFO, field
from .message import Message

#: Messages that are read at once. An inbox with some messages of each conversation has fewer. While
#: they are read, their texts are in memory twice: as the database told them, and as rows.
AT_ONCE = 150


@strawberry.type(description="One message of a page.")
class MessageEdge(relay.Edge[Message]):
    # Few ask for it.
    @field(description=CURSOR)  # type: ignore[misc]  # a function of it
    def cursor(self: Any) -> str:  # type: ignore[override]
        return number_cursor(self.node.number)


@strawberry.type(description="A page of messages, always in the order of their numbers.")
class MessageConnection(relay.Connection[Message]):
    edges: list[MessageEdge] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The messages of this page."
    )
    window: strawberry.Private[Window]

    @field(description=PAGE_INFO)  # type: ignore[misc]  # a function of it
    def page_info(self: Any) -> relay.PageInfo:  # type: ignore[override]
        window: Window = self.window
        return window.page_info()


@strawberry.input(
    one_of=True, description="Where a page of messages is to be: give exactly one of these."
)
class MessagesAround:
    number: int | None = strawberry.field(
        default=strawberry.UNSET, description="Around the message with this number."
    )
    first_unread: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Around the first unread message, or at the end."
    )
    time: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Around the first message since this time."
    )


def page(
    info: Any,
    conversation: models.Conversation,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    around: MessagesAround | None,
) -> MessageConnection:
    asked = (
        page_size(first, "first"),
        number_of(after, "after"),
        page_size(last, "last"),
        number_of(before, "before"),
    )
    if around is not None and (last is not None or after is not None or before is not None):
        raise MessagingValidationError(RefusalCode.INVALID_INPUT, path=("around",))

    def load(conversations: list[models.Conversation]) -> Mapping[int, MessageConnection]:
        ends = {one: _end(info, one) for one in conversations}
        if around is None:
            windows = {one: Window.of(end, *asked) for one, end in ends.items()}
        else:
            middles = _middles(info, conversations, around)
            windows = {
                one: Window.around(middles.get(one.pk) or end, end, first)
                for one, end in ends.items()
            }
        return _pages(windows, info.context.ask_with_blocks)

    # Where the first unread one is depends on who looks.
    viewer = info.context.viewer.pk if around is not None and around.first_unread else None
    key = ("messages", asked, repr(around), viewer)
    connection: MessageConnection = Siblings.of(conversation).load(key, conversation, load)
    return connection


def _end(info: Any, conversation: models.Conversation) -> int:
    past = past_place_of(info, conversation)
    return conversation.last_number if past is None else past.last_visible_number


def _middles(
    info: Any, conversations: list[models.Conversation], around: MessagesAround
) -> dict[int, int | None]:
    """The number in the middle of each conversation's page; none stands for its end."""
    if isinstance(around.number, int):
        return {one.pk: max(around.number, 1) for one in conversations}
    if isinstance(around.time, datetime):
        since = models.Message.objects.filter(
            conversation=OuterRef("pk"), sent_at__gte=utc(around.time)
        ).order_by("sent_at")
        rows = models.Conversation.objects.filter(pk__in=[one.pk for one in conversations])
        return dict(rows.values_list("pk", Subquery(since.values("number")[:1])))
    return {one.pk: place_of(info, one).first_unread_number for one in conversations}


def _pages(windows: Mapping[models.Conversation, Window], ask: Ask) -> dict[int, MessageConnection]:
    known = {one.pk: one for one in windows}
    ranges = [(one.pk, window.low, window.high) for one, window in windows.items()]
    # Whose `cursor` is a function.
    edge: Any = MessageEdge
    rows = rows_of_each(known, _messages(ranges, ask))
    return {
        one.pk: MessageConnection(  # type: ignore[call-arg]  # `page_info` is a function
            edges=[edge(node=row) for row in rows[one.pk]], window=window
        )
        for one, window in windows.items()
    }


def _messages(ranges: list[tuple[int, int, int]], ask: Ask) -> list[models.Message]:
    """The messages of these ranges. Many are read in parts, and no more if their texts are long."""
    found: list[models.Message] = []
    for part in _parts(ranges):
        rows = models.Message.objects.in_ranges(part, ask)
        count_texts(rows)
        found += rows
    return found


def _parts(ranges: list[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    """Ranges with at most `AT_ONCE` messages together, or one by itself."""
    part: list[tuple[int, int, int]] = []
    count = 0
    for conversation, low, high in ranges:
        size = high - low + 1
        if part and count + size > AT_ONCE:
            yield part
            part, count = [], 0
        part.append((conversation, low, high))
        count += size
    yield part
