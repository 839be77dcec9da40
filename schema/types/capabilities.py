"""The fields `viewerCan` of `Conversation` and `Message`. The rules are those of the verbs."""

from typing import Any

from talk import models

from ..loading.participants import participant_count
from ..loading.standings import member_for_policy, role_of_sender
from ..loading.views import conversation_of

_MEMBER = models.Participation.Role.MEMBER


def in_conversation(
    info: Any, conversation: models.Conversation
) -> list[models.ConversationCapability]:
    own = member_for_policy(info, conversation)
    # Nobody else can mention people.
    people = participant_count(info, conversation) if own.is_active else 0
    return own.capabilities(people)


def with_message(info: Any, message: models.Message) -> list[models.MessageCapability]:
    own = member_for_policy(info, conversation_of(info, message), message.sender_id)
    return own.capabilities_with(message, None if own.role == _MEMBER else role_of_sender(message))
