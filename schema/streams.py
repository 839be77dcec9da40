"""What live streams read. Each function is one look at the database, in a thread of its own."""

from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async

from talk import models
from talk.exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from talk.models.event import PAGE

from .inbox_cursor import InboxCursor
from .places import take_place

#: Most participations that one look at an inbox returns.
INBOX_PAGE = 200


@dataclass
class News:
    """The next events of a conversation for one viewer."""

    events: list[models.Event]
    #: Where to go on from.
    revision: int
    #: Whether there is something to be read, be it the end of the stream, without waiting.
    more: bool


def read_conversation(viewer: Any, key: int, after: int | None) -> News:
    """What happened after a revision, or, without one, where the conversation is now.

    Raises `NOT_FOUND` for a stranger, `NOT_A_PARTICIPANT` for who is gone and has seen the last
    that is theirs, `ResyncRequired` for a cursor that the log can't go on from.
    """
    place = (
        models.Participation.objects.filter(user=viewer, conversation=key)
        .with_conversation()
        .first()
    )
    if place is None:
        raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("id",))
    conversation = take_place(place)
    end = place.last_visible_revision
    if after is None:
        after = end
    if not place.is_active and after >= end:
        raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
    events = models.Event.objects.after(conversation, after)
    # What came after the place was looked at is for the next look: they may be gone by then.
    visible = [event for event in events if event.revision <= end]
    for event in visible:
        event.conversation = conversation
        for row in (event.message, event.participation):
            if row is not None:
                row.conversation = conversation
    return News(
        visible,
        visible[-1].revision if visible else after,
        more=len(events) == PAGE or len(visible) < len(events) or not place.is_active,
    )


def read_inbox(viewer: Any, cursor: InboxCursor) -> list[models.Participation]:
    """The viewer's participations that changed since, in the order in which they did."""
    changed = (
        models.Participation.objects.filter(user=viewer, changed_at__gte=cursor.since)
        .with_conversation()
        .with_unread_count()
        .order_by("changed_at", "pk")
    )
    news = [each for each in changed[: INBOX_PAGE + len(cursor.seen)] if cursor.is_news(each)]
    for participation in news:
        take_place(participation)
    return news


conversation_news: Any = database_sync_to_async(read_conversation, thread_sensitive=False)
inbox_news: Any = database_sync_to_async(read_inbox, thread_sensitive=False)
