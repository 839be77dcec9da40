"""What a message replies to, and the replies in the branch that it began, for a page at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from talk import models
from talk.models import replies as branches

from ..cursors import number_of
from ..loading.cleared import is_cleared
from ..loading.views import conversation_of, inactive_in, load_for_page, show
from ..operation import count_texts
from ..pagination import Listed, first_or_default
from .message_connection import MessageConnection, message_edge, messages_with_keys


def quoted(info: Any, message: models.Message) -> models.Message | None:
    """The message that this one replies to, if the viewer sees it."""
    number = message.reply_to
    if number is None or is_cleared(info, conversation_of(info, message), number):
        return None
    return load_for_page(message, "quoted", _quoted)


def reply_count(info: Any, message: models.Message) -> int:
    def load_all(messages: list[models.Message]) -> Mapping[int, int]:
        return branches.reply_counts(_roots(messages).values(), _gone(info, messages))

    return load_for_page(message, "reply_count", load_all) or 0


def replies(
    info: Any, message: models.Message, first: int | None, after: str | None
) -> MessageConnection:
    size = first_or_default(first)
    start = number_of(after, "after") or 0

    def load_all(messages: list[models.Message]) -> Mapping[int, list[models.Message]]:
        roots = _roots(messages)
        gone = _gone(info, messages)
        found = branches.first_replies(roots.values(), size + 1, start, gone)
        owners = {key: roots[conversation, root] for key, conversation, root in found}
        rows = defaultdict(list)
        for row in messages_with_keys(list(owners)):
            rows[owners[row.pk]].append(row)
        return rows

    rows = load_for_page(message, ("replies", size, start), load_all) or []
    shown = rows[:size]
    listed = Listed(
        [each.number for each in shown], has_previous=after is not None, has_next=len(rows) > size
    )
    return MessageConnection(  # type: ignore[call-arg]  # `page_info` is a method
        edges=[message_edge(row) for row in shown], window=listed
    )


def _quoted(messages: list[models.Message]) -> Mapping[int, models.Message]:
    found = branches.quoted_by(messages)
    known = {each.pk for each in messages}
    read = {each.pk: each for each in found.values() if each.pk not in known}.values()
    count_texts(read)
    show(read)
    return found


def _roots(messages: Iterable[models.Message]) -> dict[tuple[int, int], int]:
    """The keys of those with which a branch can begin, by conversation and number."""
    said = models.Message.Kind.TEXT
    return {
        (each.conversation_id, each.number): each.pk
        for each in messages
        if each.root is None and each.kind == said
    }


def _gone(info: Any, messages: Iterable[models.Message]) -> list[int]:
    """The viewer's participations in those conversations of these messages that they left."""
    conversations = {each.conversation_id: each for each in messages}.values()
    own = (inactive_in(info, each) for each in conversations)
    return [each.pk for each in own if each is not None]
