"""Shows messages of several conversations on one page."""

from typing import Any

from talk import models
from talk.prepared import refer

from ..operation import count_texts
from .views import current_views, show


def show_messages(viewer: Any, messages: list[models.Message]) -> None:
    """Show these messages in their conversations, which become one batch.

    Their texts are counted first, so that an answer that has no room for them reads no more.
    """
    count_texts(messages)
    views = current_views()
    unknown = {each.conversation_id for each in messages if views.get(each.conversation_id) is None}
    if unknown:
        places = models.Participation.objects.filter(user=viewer, conversation__in=unknown)
        own = list(places.with_conversation())
        views.add(own)
        show(own)
    for message in messages:
        view = views.get(message.conversation_id)
        if view is not None:
            refer(message, "conversation", view.conversation)
    show(messages)
