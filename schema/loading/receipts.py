"""How far others have read, as far as the viewer is told of it.

Viewers are told of nobody if they read privately, if they don't take part, or if too many people
do. They are not told of people who read privately or blocked them. Live results are shared by
members who are told the same.
"""

from collections.abc import Mapping
from typing import Any

from talk import models
from talk.models.participation.receipts import Reader, Receipts, receipts_in

from .views import View, conversation_of, load, view_of


def readers(info: Any, conversation: models.Conversation) -> list[Reader] | None:
    """The people of whom the viewer is told how far they have read.

    None if the viewer is told of nobody, whoever reads.
    """
    receipts = _receipts(info, conversation)
    return None if receipts is None else receipts.told(info.context.is_among)


def is_told_of(info: Any, participation: models.Participation) -> bool:
    """Whether the viewer is told how far the person of this participation has read."""
    if info.context.is_viewer(participation.user_id):
        return True
    receipts = _receipts(info, conversation_of(info, participation))
    found = receipts and receipts.told_of(participation.pk, info.context.is_among)
    return found is not None


def is_told(info: Any, event: models.Event) -> bool:
    """Whether the viewer may know whose change this is: a reading may be none of their business."""
    if event.told_kind != models.Event.Kind.CONVERSATION_READ or event.participation is None:
        return True
    return is_told_of(info, event.participation)


def _receipts(info: Any, conversation: models.Conversation) -> Receipts | None:
    """The receipts of a conversation; None if it has none, or if the viewer does not take part."""
    if view_of(info, conversation).inactive is not None:
        return None
    found: Receipts | None = load(info, "receipts", conversation, _receipts_of)
    return found


def _receipts_of(views: list[View]) -> Mapping[int, Receipts]:
    return receipts_in([each.conversation.pk for each in views if each.inactive is None])
