"""The fields of `Message` and `Participation` about mentions, read for many rows at once."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from talk import models
from talk.models.participation.history import present_at

from ..loading.views import (
    View,
    conversation_of,
    load,
    load_for_page,
    removal_for,
    show,
    view_of,
)


def mentioned(info: Any, message: models.Message) -> list[Any]:
    """The users whom a message mentions by name or by a reply, as far as the viewer sees that."""
    if removal_for(info, message) is not None:
        return []
    return load_for_page(message, "mentions", _users_of) or []


def mentions_all(message: models.Message) -> bool:
    return message.mentions_all and message.removal is None


def mentions_viewer(info: Any, message: models.Message) -> bool:
    """Whether a message mentions the viewer. It asks little of them, so that results are shared."""
    context, sender = info.context, message.sender_id
    users = mentioned(info, message)
    if users and context.is_among(frozenset(user.pk for user in users)):
        return not context.has_blocked(sender)
    if not mentions_all(message) or removal_for(info, message) is not None:
        return False
    if context.is_viewer(sender) or context.has_blocked(sender):
        return False
    return _took_part(info, message)


def unread_count(info: Any, own: models.Participation) -> int:
    """How many unread messages mention the viewer, whose participation `own` is."""
    if own.first_unread_number is None or not own.is_active:
        return 0
    conversation = conversation_of(info, own)
    if view_of(info, conversation).participation is None:
        # One event, which all members share.
        return own.unread_mention_count

    def load_all(views: list[View]) -> Mapping[int, int]:
        participations = [each for view in views if (each := view.participation) is not None]
        counts = models.Participation.objects.unread_mention_counts(participations)
        return {each.conversation_id: counts.get(each.pk, 0) for each in participations}

    found: int = load(info, "unread_mentions", conversation, load_all)
    return found


def _users_of(messages: list[models.Message]) -> Mapping[int, list[Any]]:
    found = models.Mention.objects.users_of(messages)
    show([user for users in found.values() for user in users])
    return found


def _took_part(info: Any, message: models.Message) -> bool:
    """Whether the viewer took part in the conversation when the message was sent."""
    own = _own(info, message)
    if own is None:
        # All viewers are active members: those who were away then are mostly none.
        absent = load_for_page(message, "absent", _absent)
        return not info.context.is_among(absent or frozenset())
    if own.joined_at <= message.sent_at:
        return True
    return bool(load_for_page(message, "was there", partial(_viewer_was_there, info)))


def _own(info: Any, message: models.Message) -> models.Participation | None:
    return view_of(info, conversation_of(info, message)).participation


def _viewer_was_there(info: Any, messages: list[models.Message]) -> Mapping[int, frozenset[Any]]:
    """The viewer alone, for each message that was sent while they took part, and nobody else."""
    to_all = [each for each in messages if each.mentions_all]
    own = {each.conversation_id: own for each in to_all if (own := _own(info, each)) is not None}
    return present_at(to_all, own.values())


def _absent(messages: list[models.Message]) -> Mapping[int, frozenset[Any]]:
    """The members who did not take part when each of the messages that mention all was sent."""
    to_all = [each for each in messages if each.mentions_all]
    # The others have been there since.
    later = list(
        models.Participation.objects.active().filter(
            conversation__in={each.conversation_id for each in to_all},
            joined_at__gt=min(each.sent_at for each in to_all),
        )
    )
    present = present_at(to_all, later) if later else {}
    return {
        each.pk: frozenset(
            own.user_id for own in later if own.conversation_id == each.conversation_id
        )
        - present.get(each.pk, frozenset())
        for each in to_all
    }
