"""The field `Conversation.messages`: pages of messages, read for many conversations at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import strawberry
from django.db.models import OuterRef, Subquery

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode

from ..cursors import number_of
from ..loading.batch import rows_by_conversation
from ..loading.cleared import first_number
from ..loading.views import View, load, own_participation, show, view_of
from ..operation import count_texts
from ..pagination import Window, page_size
from ..times import utc
from .message_connection import AT_ONCE, MessageConnection, message_edge

#: `first`, `after`, `last` and `before`, with numbers instead of cursors.
Range = tuple[int | None, int | None, int | None, int | None]


@strawberry.input(
    one_of=True, description="The position of a page of messages. Give exactly one of these fields."
)
class MessagesAround:
    number: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The message with this number is in the middle of the page.",
    )
    first_unread: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="The first message that the viewer has not read is in the middle of the page. "
        "If all are read, it is the last page.",
    )
    time: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="The first message that was sent at this time or later is in the middle of the "
        "page.",
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
    range_: Range = (
        page_size(first, "first"),
        number_of(after, "after"),
        page_size(last, "last"),
        number_of(before, "before"),
    )
    if around is not None and (last is not None or after is not None or before is not None):
        raise MessagingValidationError(RefusalCode.INVALID_INPUT, path=("around",))

    def load_all(views: list[View]) -> Mapping[int, MessageConnection]:
        return _pages(views, _windows(info, views, range_, around))

    # Which message is the first unread one depends on the viewer.
    is_personal = around is not None and isinstance(around.first_unread, bool)
    viewer = info.context.viewer.pk if is_personal else None
    # In live results, members who cleared the conversation get another page than the others do.
    shared = view_of(info, conversation).participation is None
    start = first_number(info, conversation) if shared else None
    name = ("messages", range_, repr(around), viewer, start)
    connection: MessageConnection = load(info, name, conversation, load_all)
    return connection


def _windows(
    info: Any, views: list[View], range_: Range, around: MessagesAround | None
) -> list[Window]:
    seen = [(first_number(info, view.conversation), view.last_number) for view in views]
    if around is None:
        return [Window.of(*each, *range_) for each in seen]
    middles, size = _middles(info, views, around), range_[0]
    keys = [view.conversation.pk for view in views]
    return [
        Window.around(middles.get(key) or end, start, end, size)
        for key, (start, end) in zip(keys, seen, strict=True)
    ]


def _middles(info: Any, views: list[View], around: MessagesAround) -> dict[int, int | None]:
    """The number in the middle of the page of each conversation. None stands for its end."""
    keys = [view.conversation.pk for view in views]
    if isinstance(around.number, int):
        return dict.fromkeys(keys, max(around.number, 1))
    if isinstance(around.time, datetime):
        since = models.Message.objects.filter(
            conversation=OuterRef("pk"), sent_at__gte=utc(around.time)
        ).order_by("sent_at")
        rows = models.Conversation.objects.filter(pk__in=keys)
        return dict(rows.values_list("pk", Subquery(since.values("number")[:1])))
    own = [view.participation or own_participation(info, view.conversation) for view in views]
    return {each.conversation_id: each.first_unread_number for each in own}


def _pages(views: list[View], windows: list[Window]) -> dict[int, MessageConnection]:
    keys = [view.conversation.pk for view in views]
    ranges = [(key, each.low, each.high) for key, each in zip(keys, windows, strict=True)]
    messages = _messages(ranges)
    show(messages)
    rows = rows_by_conversation(views, messages)
    return {
        key: MessageConnection(  # type: ignore[call-arg]  # `page_info` is a method
            edges=[message_edge(row) for row in rows[key]], window=window
        )
        for key, window in zip(keys, windows, strict=True)
    }


def _messages(ranges: list[tuple[int, int, int]]) -> list[models.Message]:
    """The messages of these ranges. Many are read in parts; long texts end the operation early."""
    found: list[models.Message] = []
    for part in _parts(ranges):
        rows = models.Message.objects.in_ranges(part)
        count_texts(rows)
        found += rows
    return found


def _parts(ranges: list[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    """The ranges in parts. A part has at most `AT_ONCE` messages, or a single range."""
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
