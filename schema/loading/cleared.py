"""From which message on the viewer sees a conversation, after they cleared it for themselves.

Live results are shared by members who see the same. There it is asked who cleared the conversation,
and then whether the viewer is one of them: a question that can be shared.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from talk import models
from talk.models.event import CHANGES_OF_MESSAGES

from .views import View, load, view_of


def is_cleared(info: Any, conversation: models.Conversation, number: int) -> bool:
    """Whether the viewer cleared the conversation after the message with this number."""
    view = view_of(info, conversation)
    if view.participation is not None:
        return number < view.participation.history_from
    clearers = _clearers(info, view)
    hidden_from = frozenset(user for user, first in clearers.items() if number < first)
    return bool(hidden_from) and bool(info.context.is_among(hidden_from))


def unless_cleared(
    info: Any, conversation: models.Conversation, message: models.Message | None
) -> models.Message | None:
    """`message`, or None if the viewer cleared the conversation after it."""
    if message is None or is_cleared(info, conversation, message.number):
        return None
    return message


def first_number(info: Any, conversation: models.Conversation) -> int:
    """The number of the first message that the viewer sees."""
    view = view_of(info, conversation)
    if view.participation is not None:
        return view.participation.history_from
    clearers = _clearers(info, view)
    for first in sorted(set(clearers.values())):
        users = frozenset(user for user, theirs in clearers.items() if theirs == first)
        if info.context.is_among(users):
            return first
    return 1


def message_as_seen(info: Any, event: models.Event) -> models.Message | None:
    """The message of an event, or None if the viewer cleared the conversation since it was sent."""
    # Live, nobody can have cleared what was sent just now.
    is_new = event.kind not in CHANGES_OF_MESSAGES
    if is_new and view_of(info, event.conversation).participation is None:
        return event.message
    return unless_cleared(info, event.conversation, event.message)


def _clearers(info: Any, view: View) -> Mapping[Any, int]:
    """Who cleared the conversation: the first number that they see, by the key of the user."""

    def load_all(views: Iterable[View]) -> Mapping[int, Mapping[Any, int]]:
        keys = [each.conversation.pk for each in views]
        found: dict[int, dict[Any, int]] = {key: {} for key in keys}
        for conversation, user, first in models.Participation.objects.clearers_of(keys):
            found[conversation][user] = first
        return found

    clearers: Mapping[Any, int] = load(info, "clearers", view.conversation, load_all)
    return clearers
