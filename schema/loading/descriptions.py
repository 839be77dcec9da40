"""The description, avatar and data of a conversation, as the viewer sees them."""

from typing import Any

from talk import models

from .views import view_of

#: What viewers see who are not shown any of the three.
_EMPTY = models.Conversation()


def described(info: Any, conversation: models.Conversation) -> models.Conversation:
    """The conversation, or an empty one if the viewer is not shown what describes it."""
    view = view_of(info, conversation)
    own = view.inactive
    return view.conversation if own is None or own.sees_description else _EMPTY
