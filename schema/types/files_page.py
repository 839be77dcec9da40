"""The pages of `Conversation.messages(withAttachments: true)`: messages that have files."""

from collections.abc import Mapping
from typing import Any

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.models import gallery

from ..cursors import number_of
from ..loading.batch import rows_by_conversation
from ..loading.cleared import first_number
from ..loading.views import View, load, show, view_of
from ..operation import count_texts
from ..page_limits import DEFAULT_PAGE
from ..pagination import Listed, page_size
from .message_connection import AT_ONCE, MessageConnection, message_edge


def page(
    info: Any,
    conversation: models.Conversation,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    around: object,
) -> MessageConnection:
    """The page that these arguments select, as `Window.of` does among all messages."""
    if around is not None:
        raise MessagingValidationError(RefusalCode.INVALID_INPUT, path=("around",))
    first, last = page_size(first, "first"), page_size(last, "last")
    low, high = number_of(after, "after"), number_of(before, "before")
    if first is None and last is None:
        first, last = (DEFAULT_PAGE, None) if after is not None else (None, DEFAULT_PAGE)
    # With both, it is the end of the first so many, as among all messages.
    size, end = (last or 0, None) if first is None else (first, last)
    seen_by: dict[str, Any]
    if view_of(info, conversation).participation is None:
        # In live results, members who cleared the conversation get others than the rest do.
        seen_by = {"start": first_number(info, conversation)}
    else:
        seen_by = {"user": info.context.viewer}
    newest = first is None

    def load_all(views: list[View]) -> Mapping[int, MessageConnection]:
        keys = [view.conversation.pk for view in views]
        found: list[models.Message] = []
        for part in _parts(keys, size + 1):
            rows = gallery.with_files(
                part, size + 1, newest=newest, after=low, before=high, **seen_by
            )
            count_texts(rows)
            found += rows
        show(found)
        pages = rows_by_conversation(views, found)
        return {key: _page(rows, size, end, newest, low, high) for key, rows in pages.items()}

    name = ("messages with files", size, end, newest, low, high, *seen_by.values())
    connection: MessageConnection = load(info, name, conversation, load_all)
    return connection


def _parts(keys: list[int], size: int) -> list[list[int]]:
    """These conversations in parts. A part has at most `AT_ONCE` messages, or one conversation."""
    count = max(1, AT_ONCE // size)
    return [keys[at : at + count] for at in range(0, len(keys), count)]


def _page(
    rows: list[models.Message],
    size: int,
    end: int | None,
    newest: bool,
    after: int | None,
    before: int | None,
) -> MessageConnection:
    more = len(rows) > size
    rows = _last(rows, size) if newest else rows[:size]
    shown = rows if end is None else _last(rows, end)
    has_previous = after is not None or len(shown) < len(rows)
    listed = Listed(
        [each.number for each in shown],
        has_previous=more if newest else has_previous,
        has_next=before is not None if newest else more,
    )
    return MessageConnection(  # type: ignore[call-arg]  # `page_info` is a method
        edges=[message_edge(row) for row in shown], window=listed
    )


def _last(rows: list[models.Message], count: int) -> list[models.Message]:
    return rows[max(0, len(rows) - count) :]
