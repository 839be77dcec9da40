"""Reads the participants of many conversations at once, as far as the viewer sees them."""

from collections.abc import Mapping
from typing import Any

from talk import models
from talk.models.participation.history import STATUS, counts_since, pages_then

from .batch import rows_by_conversation
from .views import View, load, show

_ACTIVE = models.Participation.Status.ACTIVE
#: The statuses that a viewer who left can list: those that follow from messages of that time.
_LISTED = frozenset(STATUS.values())


def first_participants(
    views: list[View], status: str, size: int, after: int = 0, named: str | None = None
) -> dict[int, list[models.Participation]]:
    """The first `size` participations that the viewer sees, by the key of their conversation.

    These are participations with `status` whose key is above `after`, in the order in which the
    people first joined; with `named`, only those of people whose names have these words. Reads at
    most two pages, however many conversations there are.
    """
    left = _left(views, status)
    present, own = _visible(views, left, status)
    pages: Any = models.Participation.objects
    found = pages.pages_in(present, own, status, size, after, named)
    if left:
        found += pages_then(left, status, size, after, named)
    show(found)
    return rows_by_conversation(views, found)


def participant_count(info: Any, conversation: models.Conversation) -> int:
    """How many people take part, as the viewer sees it."""

    def load_all(views: list[View]) -> Mapping[int, int]:
        left = _left(views, _ACTIVE)
        present, own = _visible(views, left, _ACTIVE)
        # All who take part now are counted here. Those who came since are subtracted below.
        present += [each.conversation_id for each in left]
        counts = models.Participation.objects.counts_in(present, own)
        since = counts_since(left) if left else {}
        keys = [view.conversation.pk for view in views]
        return {key: counts.get(key, 0) - since.get(key, 0) for key in keys}

    return load(info, "participant_count", conversation, load_all) or 0


def _left(views: list[View], status: str) -> list[models.Participation]:
    """The viewer's participations in conversations that they left, if they see this status there.

    Of these conversations they see who had the status when they left.
    """
    if status not in _LISTED:
        return []
    return [each for view in views if (each := view.inactive) is not None and each.is_gone]


def _visible(
    views: list[View], left: list[models.Participation], status: str
) -> tuple[list[int], list[int]]:
    """The conversations in which the viewer sees all participations of a status, and the viewer's
    own participations in the others. Conversations in `left` are in neither.
    """
    elsewhere = {each.conversation_id for each in left}
    present, own = [], []
    for view in views:
        inactive = view.inactive
        # People who are invited see the active members.
        if inactive is None or (inactive.is_invited and status == _ACTIVE):
            present.append(view.conversation.pk)
        elif inactive.conversation_id not in elsewhere:
            own.append(inactive.pk)
    return present, own
