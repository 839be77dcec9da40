"""From which private conversation a group came, and to which groups a private one led.

Each is shown to who is, or was, in both, and found for all conversations of a page at once. Of the
groups no more are shown than a list counts for: each leads back to the private one, and so on.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from talk import models

from ..documents.cost import LIST_LENGTH
from ..loading import participations as places
from ..loading.batch import Siblings


def upgraded_from(info: Any, conversation: models.Conversation) -> models.Conversation | None:
    def load(conversations: list[models.Conversation]) -> Mapping[int, models.Conversation]:
        privates = _mine(info).filter(conversation__upgraded_to__in=conversations).distinct()
        places.together(privates)
        known = {place.conversation_id: place.conversation for place in privates}
        return {
            one.pk: known[one.upgraded_from_id]
            for one in conversations
            if one.upgraded_from_id in known
        }

    found: models.Conversation | None
    found = Siblings.of(conversation).load(
        ("upgraded_from", info.context.viewer.pk), conversation, load
    )
    return found


def upgraded_to(info: Any, conversation: models.Conversation) -> list[models.Conversation]:
    def load(conversations: list[models.Conversation]) -> Mapping[int, list[models.Conversation]]:
        groups: dict[int, list[models.Conversation]] = {one.pk: [] for one in conversations}
        mine = _mine(info).filter(conversation__upgraded_from__in=conversations)
        private = F("conversation__upgraded_from")
        age = Window(RowNumber(), partition_by=private, order_by=F("conversation").desc())
        mine = mine.annotate(_age=age).filter(_age__lte=LIST_LENGTH).order_by("_age")
        places.together(mine)
        for place in mine:
            if place.conversation.upgraded_from_id is not None:
                groups[place.conversation.upgraded_from_id].append(place.conversation)
        return groups

    found: list[models.Conversation]
    found = Siblings.of(conversation).load(
        ("upgraded_to", info.context.viewer.pk), conversation, load
    )
    return found


def _mine(info: Any) -> QuerySet[models.Participation]:
    mine = models.Participation.objects.filter(user=info.context.viewer)
    return mine.with_conversation().order_by("pk")
