"""The private conversation that a group was upgraded from, and the groups of a private one.

The viewer sees those in which they have a participation. A list of groups is short, because each
group leads back to the private conversation.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from talk import models

from ..documents.cost import LIST_LENGTH
from ..loading.views import View, current_views, load, show


def upgraded_from(info: Any, conversation: models.Conversation) -> models.Conversation | None:
    def load_all(views: list[View]) -> Mapping[int, models.Conversation]:
        groups = [view.conversation for view in views]
        own = _own(info).filter(conversation__upgraded_to__in=groups).distinct()
        privates = _shown(own)
        return {
            group.pk: privates[group.upgraded_from_id]
            for group in groups
            if group.upgraded_from_id in privates
        }

    found: models.Conversation | None
    found = load(info, ("upgraded_from", info.context.viewer.pk), conversation, load_all)
    return found


def upgraded_to(info: Any, conversation: models.Conversation) -> list[models.Conversation]:
    def load_all(views: list[View]) -> Mapping[int, list[models.Conversation]]:
        privates = [view.conversation for view in views]
        groups: dict[int, list[models.Conversation]] = {each.pk: [] for each in privates}
        own = _own(info).filter(conversation__upgraded_from__in=privates)
        private = F("conversation__upgraded_from")
        age = Window(RowNumber(), partition_by=private, order_by=F("conversation").desc())
        newest = own.annotate(_age=age).filter(_age__lte=LIST_LENGTH).order_by("_age")
        for group in _shown(newest).values():
            if group.upgraded_from_id is not None:
                groups[group.upgraded_from_id].append(group)
        return groups

    found: list[models.Conversation]
    found = load(info, ("upgraded_to", info.context.viewer.pk), conversation, load_all)
    return found


def _own(info: Any) -> QuerySet[models.Participation]:
    own = models.Participation.objects.filter(user=info.context.viewer)
    return own.with_conversation().order_by("pk")


def _shown(own: QuerySet[models.Participation]) -> dict[int, models.Conversation]:
    """The conversations of these participations of the viewer by key, in the same order."""
    views = current_views()
    views.add(own)
    show(own)
    keys = [each.conversation_id for each in own]
    found = {key: views.get(key) for key in keys}
    return {key: view.conversation for key, view in found.items() if view is not None}
