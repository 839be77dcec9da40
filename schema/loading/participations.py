"""The viewer's place in a conversation: finding it is what permits to see the conversation."""

from collections.abc import Iterable
from typing import Any

import strawberry

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.prepared import Ask, Question

from ..ids import key_of
from .annotations import note, noted
from .batch import Siblings


def find(info: Any, conversation_key: int, ask: Ask = Question.ask) -> models.Participation | None:
    """The viewer's participation in a conversation, also one that they left, or None."""
    found: models.Participation | None = models.Participation.objects.find(
        info.context.viewer, conversation_key, ask
    )
    if found is not None:
        take_place(found)
    return found


def get(info: Any, conversation: strawberry.ID, path: str) -> models.Participation:
    """Like `find`, by a global id. Raises `NOT_FOUND` if there's none.

    A conversation that isn't the viewer's is answered like one that isn't there.
    """
    found = find(info, key_of(models.Conversation, conversation, path))
    if found is None:
        raise MessagingValidationError(RefusalCode.NOT_FOUND, path=(path,))
    return found


def take_place(participation: models.Participation) -> models.Conversation:
    """Remember that the viewer sees this conversation from this participation of theirs."""
    conversation = participation.conversation
    note(conversation, "_place", participation)
    return conversation


def show_to_members(conversation: models.Conversation) -> models.Conversation:
    """Show `conversation` as all see it who take part now, to nobody but them."""
    note(conversation, "_for_members", True)
    Siblings([conversation])
    return conversation


def past_place_of(info: Any, conversation: models.Conversation) -> models.Participation | None:
    """The viewer's place if they are gone, and see what there was; None if they take part."""
    if noted(conversation, "_for_members"):
        return None
    place = place_of(info, conversation)
    return None if place.is_active else place


def place_of(info: Any, conversation: models.Conversation) -> models.Participation:
    """The viewer's participation in `conversation`; raises `NOT_FOUND` if they have none."""
    place: models.Participation | None = noted(conversation, "_place")
    if place is None or not info.context.is_viewer(place.user_id):
        place = models.Participation.objects.filter(
            user=info.context.viewer, conversation=conversation
        ).first()
        if place is None:
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
        place.conversation = conversation
        take_place(place)
    return place


def as_seen(info: Any, participation: models.Participation) -> models.Participation | None:
    """Somebody's participation as the viewer sees it now, or None.

    A viewer who is gone sees their own, and one who is invited the members' besides. How others
    were when the viewer left is told by `talk.models.participation.history`.
    """
    place = past_place_of(info, participation.conversation)
    if place is None or place.pk == participation.pk:
        return participation
    return veil(participation) if place.is_invited and participation.is_active else None


def veil(participation: models.Participation) -> models.Participation:
    """A member as who is invited sees them: who it is, and not how they go about it."""
    participation.last_read_number = 0
    participation.last_activity_at = participation.joined_at
    participation.suspended_at = None
    return participation


def see(info: Any, conversation: models.Conversation) -> models.Conversation:
    """`conversation` for the viewer; raises `NOT_FOUND` if they have no place in it."""
    past_place_of(info, conversation)
    return conversation


def visible_message(info: Any, key: Any) -> models.Message | None:
    """The message with this key, if the viewer can see it, with its conversation as they do."""
    found = (
        models.Message.objects.filter(pk=key)
        .select_related("sender", "subject", "conversation__latest_message__sender")
        .first()
    )
    if found is None:
        return None
    place = find(info, found.conversation_id)
    if place is None or found.number > place.last_visible_number:
        return None
    found.conversation = place.conversation
    return found


def together(participations: Iterable[models.Participation]) -> None:
    """What hangs on the conversations of these, the viewer's own, is loaded for all at once."""
    Siblings(take_place(participation) for participation in participations)
