"""Where a conversation ends for its viewer: for who is gone, at the message that says so.

Found for all conversations of a page at once.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from talk import models
from talk.models.shown_users import with_users

from ..loading.annotations import refer_back
from ..loading.batch import Siblings
from ..loading.participations import past_place_of


def revision(info: Any, conversation: models.Conversation) -> int:
    def load(conversations: list[models.Conversation]) -> Mapping[int, int]:
        revisions = {one.pk: one.revision for one in conversations}
        gone = _gone(info, conversations)
        if gone:
            events = models.Event.objects.filter(_ends(gone, "message__number"))
            revisions |= {place.conversation_id: 0 for place in gone}
            revisions |= events.values_list("conversation", "revision")
        return revisions

    found: int = Siblings.of(conversation).load("revision", conversation, load)
    return found


def latest_message(info: Any, conversation: models.Conversation) -> models.Message | None:
    def load(conversations: list[models.Conversation]) -> Mapping[int, models.Message | None]:
        messages = {one.pk: one.latest_message for one in conversations}
        gone = _gone(info, conversations)
        if gone:
            messages |= {place.conversation_id: None for place in gone}
            last = models.Message.objects.filter(_ends(gone, "number"))
            rows = with_users(last, "sender", "subject")
            messages |= {message.conversation_id: message for message in rows}
        return messages

    found: models.Message | None
    found = Siblings.of(conversation).load("latest_message", conversation, load)
    if found is not None:
        refer_back(found, "conversation", conversation)
    return found


def _gone(info: Any, conversations: Iterable[models.Conversation]) -> list[models.Participation]:
    places = (past_place_of(info, one) for one in conversations)
    return [place for place in places if place is not None]


def _ends(gone: Iterable[models.Participation], number: str) -> Q:
    return reduce(
        or_,
        (
            Q(("conversation", place.conversation_id), (number, place.left_at_number))
            for place in gone
        ),
    )
