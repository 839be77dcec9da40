"""The fields `others` and `name`: the first other people of a conversation, and what to call it."""

from collections.abc import Mapping
from typing import Any

from talk import models
from talk.naming import name_of

from ..documents.cost import LIST_LENGTH
from ..loading.participants import first_participants
from ..loading.views import View, load, view_of
from ..pagination import page_size

#: How many people `others` has without `first`, and `name` without a title.
USUAL = 3

_ACTIVE = models.Participation.Status.ACTIVE


def first_others(info: Any, conversation: models.Conversation, first: int) -> list[Any]:
    """The first `first` users besides the viewer who take part, as the viewer sees it.

    Raises `INVALID_PAGE` if these are more than a client pays for.
    """
    size = page_size(first, "first", LIST_LENGTH) or 0

    def load_all(views: list[View]) -> Mapping[int, list[models.Participation]]:
        # One more, in case the viewer is one of them.
        return first_participants(views, _ACTIVE, size + 1)

    return _without_viewer(info, load(info, ("others", size), conversation, load_all), size)


def name_of_conversation(info: Any, conversation: models.Conversation) -> str:
    """What to call a conversation. It has no words of any language, apart from names."""
    if title := view_of(info, conversation).title:
        return title

    def load_all(views: list[View]) -> Mapping[int, list[models.Participation]]:
        return first_participants([each for each in views if not each.title], _ACTIVE, USUAL + 1)

    rows = load(info, "untitled", conversation, load_all)
    return ", ".join(map(name_of, _without_viewer(info, rows, USUAL)))


def _without_viewer(info: Any, rows: list[models.Participation], size: int) -> list[Any]:
    first = rows[:size]
    # One question for most viewers of a live result: the same one for all who are not among them.
    if info.context.is_among(frozenset(each.user_id for each in first)):
        first = [each for each in rows if not info.context.is_viewer(each.user_id)]
    return [each.user for each in first[:size]]
