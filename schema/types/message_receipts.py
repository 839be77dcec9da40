"""The fields of `Message` that tell who has seen it, read for all messages of a page at once."""

from collections.abc import Mapping
from typing import Any

from talk import models

from ..cursors import number_of
from ..loading.receipts import readers
from ..loading.views import conversation_of, load_for_page, show
from ..pagination import first_or_default
from .participant_connection import ParticipantConnection, page_of


def seen_count(info: Any, message: models.Message) -> int | None:
    """How many people have seen a message of somebody else; None if the viewer is not told."""
    known = readers(info, conversation_of(info, message))
    return None if known is None else sum(each.has_seen(message) for each in known)


def seen_by(
    info: Any, message: models.Message, first: int | None, after: str | None
) -> ParticipantConnection:
    """A page of the people who have seen a message, without those whom the viewer blocked."""
    size = first_or_default(first)
    start = number_of(after, "after", "Participation")

    def load_all(messages: list[models.Message]) -> Mapping[int, ParticipantConnection]:
        keys = {each.pk: _keys(info, each, start or 0)[: size + 1] for each in messages}
        rows = _rows(info, messages, {key for page in keys.values() for key in page})
        return {
            key: page_of([rows[each] for each in page if each in rows], size, start is not None)
            for key, page in keys.items()
        }

    found = load_for_page(message, ("seen_by", size, start), load_all)
    return found or page_of([], size, start is not None)


def _keys(info: Any, message: models.Message, after: int) -> list[int]:
    """The keys above `after` of the participations of people who have seen a message."""
    return [
        each.key
        for each in readers(info, conversation_of(info, message)) or ()
        if each.key > after and each.has_seen(message) and not info.context.has_blocked(each.user)
    ]


def _rows(
    info: Any, messages: list[models.Message], keys: set[int]
) -> Mapping[int, models.Participation]:
    if not keys:
        return {}
    found = models.Participation.objects.with_keys(list(keys))
    conversations = {each.conversation_id: conversation_of(info, each) for each in messages}
    for row in found:
        row.conversation = conversations[row.conversation_id]
    show(found)
    return {row.pk: row for row in found}
