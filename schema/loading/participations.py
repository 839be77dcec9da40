"""Finds the viewer's participation in a conversation, which is the permission to see it.

A conversation in which the viewer has no participation is answered like one that does not exist.
"""

from typing import Any

import strawberry

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.models.participation.history import participation_then
from talk.prepared import Question, ask
from talk.text import is_storable

from ..ids import key_of
from .blocks import ask_with_blocks
from .views import current_views, own_participation, view_of


def find_participation(info: Any, conversation_key: int) -> models.Participation | None:
    """The viewer's participation in a conversation, also one that they left, or None."""
    found = models.Participation.objects.find(info.context.viewer, conversation_key)
    if found is not None:
        current_views().replace(found)
    return found


def visible_conversation(info: Any, key: int) -> models.Conversation | None:
    """The conversation with this key, if the viewer has a participation in it, or None.

    It also reads whom the viewer blocked, in the same round trip, since queries show messages.
    """
    return _shown(info, models.Participation.objects.find_question(info.context.viewer, key))


def conversation_with_key(info: Any, key: str) -> models.Conversation | None:
    """`visible_conversation` by the key that the project gave the conversation."""
    if not is_storable(key):
        return None
    return _shown(info, models.Participation.objects.find_by_key_question(info.context.viewer, key))


def _shown(info: Any, question: Question[models.Participation]) -> models.Conversation | None:
    for found in ask_with_blocks(info.context, question):
        return current_views().replace(found).conversation
    return None


def participation_of(
    info: Any, conversation: strawberry.ID, path: str = "conversation_id"
) -> models.Participation:
    """The viewer's participation in the conversation with a global id from the input `path`.

    Raises `NOT_FOUND` if there is none.
    """
    return participation_in(info, key_of(models.Conversation, conversation, path), path)


def participation_in(
    info: Any, conversation_key: int, path: str = "conversation_id"
) -> models.Participation:
    """`participation_of`, by the key of the conversation."""
    found = find_participation(info, conversation_key)
    if found is None:
        raise MessagingValidationError(RefusalCode.NOT_FOUND, path=(path,))
    return found


def visible_message(info: Any, key: Any) -> models.Message | None:
    """The message with this key, if the viewer can read it, or None."""
    rows: list[models.Message]
    rows, places = ask(
        models.Message.objects.find_question(key),
        models.Participation.objects.find_at_question(info.context.viewer, key),
    )
    if not (rows and places):
        return None
    found: models.Message = rows[0]
    own = places[0]
    current_views().replace(own)
    if not own.sees(found):
        return None
    found.conversation = own.conversation
    return found


def message_of(info: Any, message: strawberry.ID) -> tuple[models.Participation, models.Message]:
    """The message with a global id from the input `message`, and the viewer's participation there.

    Raises `NOT_FOUND` if the viewer can't read it.
    """
    found = visible_message(info, key_of(models.Message, message, "message"))
    if found is None:
        raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("message",))
    return own_participation(info, found.conversation), found


def visible_participation(info: Any, key: Any) -> models.Participation | None:
    """The participation with this key as the viewer sees it, or None if they do not see it.

    Viewers who left see participations as they were when they left.
    """
    found = models.Participation.objects.filter(pk=key).select_related("user").first()
    own = found and find_participation(info, found.conversation_id)
    if not found or not own:
        return None
    found.conversation = own.conversation
    seen = participation_as_seen(info, found)
    if seen is None and own.is_gone and (seen := participation_then(own, key)):
        seen.conversation = own.conversation
    return seen


def participation_as_seen(
    info: Any, participation: models.Participation
) -> models.Participation | None:
    """A participation as the viewer sees it now, or None if they do not see it.

    Active members see all participations. Other people see their own. People who are invited also
    see those of the active members, without their activity.
    """
    own = view_of(info, participation.conversation).inactive
    if own is None or own.pk == participation.pk:
        return participation
    return without_activity(participation) if own.is_invited and participation.is_active else None


def without_activity(participation: models.Participation) -> models.Participation:
    """A participation without how far the person read, when they were active, or suspended.

    It also lacks at which message they joined, which would tell how many messages there are.
    """
    participation.last_read_number = participation.joined_at_number = 0
    participation.last_activity_at = participation.joined_at
    participation.suspended_at = None
    return participation
