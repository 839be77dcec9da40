"""The latest message and the revision of a conversation, as far as the viewer can see them.

For people who left, both are those of the message that says that they left.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from talk import models
from talk.models.shown_users import with_users

from ..loading.views import View, load


def revision(info: Any, conversation: models.Conversation) -> int:
    def load_all(views: list[View]) -> Mapping[int, int]:
        revisions = {view.conversation.pk: view.conversation.revision for view in views}
        inactive = _inactive(views)
        if inactive:
            events = models.Event.objects.filter(_last_visible(inactive, "message__number"))
            revisions |= {each.conversation_id: 0 for each in inactive}
            revisions |= events.values_list("conversation", "revision")
        return revisions

    found: int = load(info, "revision", conversation, load_all)
    return found


def latest_message(info: Any, conversation: models.Conversation) -> models.Message | None:
    def load_all(views: list[View]) -> Mapping[int, models.Message | None]:
        messages: dict[int, models.Message | None] = {}
        wanted = []
        for view in views:
            shown = view.conversation
            if view.inactive is not None:
                wanted.append(_last_visible([view.inactive], "number"))
            elif _LATEST.is_cached(shown):
                messages[shown.pk] = shown.latest_message
            else:
                # Of live events, conversations are read without it.
                wanted.append(Q(pk=shown.latest_message_id))
        if wanted:
            read = models.Message.objects.filter(reduce(or_, wanted))
            rows = with_users(read, "sender", "subject")
            messages |= {message.conversation_id: message for message in rows}
        return messages

    found: models.Message | None = load(info, "latest_message", conversation, load_all)
    return found


def _inactive(views: Iterable[View]) -> list[models.Participation]:
    return [own for view in views if (own := view.inactive) is not None]


def _last_visible(inactive: Iterable[models.Participation], number: str) -> Q:
    """The condition for the last message that each of these participations can read."""
    return reduce(
        or_,
        (
            Q(("conversation", each.conversation_id), (number, each.left_at_number))
            for each in inactive
        ),
    )


_LATEST = models.Conversation._meta.get_field("latest_message")
