"""What live streams read: each function is one look at the database, in a thread of its own.

A database that does not answer is asked again for some seconds.
"""

from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async

from talk import models
from talk.exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from talk.models.event import PAGE

from .inbox_cursor import InboxCursor
from .places import show_to_members, take_place
from .retries import patiently
from .sharing import Answers

#: Most participations that one look at an inbox returns.
INBOX_PAGE = 200


@dataclass
class News:
    """The next events of a conversation."""

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
    return _news(conversation, after, end, ended=not place.is_active)


def read_events(key: int, after: int) -> News:
    """What happened after a revision, for all who take part.

    Raises `ResyncRequired` for a cursor that the log can't go on from.
    """
    conversation = show_to_members(models.Conversation.objects.with_latest_message().get(pk=key))
    news = _news(conversation, after, conversation.revision)
    for event in news.events:
        event.__dict__["_answers"] = Answers()
    return news


def _news(conversation: models.Conversation, after: int, end: int, *, ended: bool = False) -> News:
    events = models.Event.objects.after(conversation, after)
    # What came after the conversation was looked at is for the next look.
    visible = [event for event in events if event.revision <= end]
    for event in visible:
        # One object for all of them: what hangs on it is loaded once.
        event.conversation = conversation
        for row in (event.message, event.participation):
            if row is not None:
                row.conversation = conversation
    return News(
        visible,
        visible[-1].revision if visible else after,
        more=ended or len(events) == PAGE or len(visible) < len(events),
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


def _in_thread(read: Any) -> Any:
    ask = database_sync_to_async(read, thread_sensitive=False)

    async def look(*args: Any) -> Any:
        return await patiently(lambda: ask(*args))

    return look


conversation_events = _in_thread(read_events)
conversation_news = _in_thread(read_conversation)
inbox_news = _in_thread(read_inbox)
