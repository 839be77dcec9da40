"""What live streams read: each function is one look at the database, in a thread of its own.

A database that does not answer is asked again for some seconds.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, TypeVar

from talk import models
from talk.exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from talk.models.event import PAGE

from .. import threads
from ..loading.batch import Batch, View
from ..types.inbox_cursor import InboxCursor
from .retries import with_retries
from .sharing import SharedResults, Subscriber

Row = TypeVar("Row", models.Event, models.Participation)

#: Bytes of text that a stream gets at once. It keeps them while its client takes no more.
NEWS_SIZE = 262_144
#: Rows that are read at once, at least.
FEW = 10
#: Most participations that one look at an inbox returns.
INBOX_PAGE = 200
#: Seconds for which a page that was read for one stream is shown; then it's read again.
FRESH_SECONDS = 2.0
#: Most events that are answered before the first of them is handed on.
AT_ONCE = 10


@dataclass
class EventPage:
    """The next events of a conversation."""

    events: list[models.Event]
    #: Where to go on from.
    revision: int
    #: Whether there is something to be read, be it the end of the stream, without waiting.
    more: bool
    #: The questions whose answers are not to be found along with the events.
    unfit: set[Hashable] = field(default_factory=set)


def read_conversation(viewer: Any, key: int, after: int | None, most: int = PAGE) -> EventPage:
    """What happened after a revision, or, without one, where the conversation is now.

    It is `most` events, and fewer if their texts are long.

    Raises `NOT_FOUND` for a stranger, `NOT_A_PARTICIPANT` for who is gone and has seen the last
    that is theirs, `ResyncRequired` for a cursor that the log can't go on from.
    """
    place = models.Participation.objects.find(viewer, key)
    if place is None:
        raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("id",))
    conversation = place.conversation
    end = place.last_visible_revision
    if after is None:
        after = end
    if not place.is_active and after >= end:
        raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
    events = models.Event.objects.after(conversation, after, most, latest=conversation.revision)
    # What came after the place was looked at is for the next look: they may be gone by then.
    visible = [event for event in events if event.revision <= end]
    told = _short(visible, lambda event: event.message)
    news = _news(told, View(conversation, place), after)
    news.more = len(told) < len(events) or len(events) == most or not place.is_active
    return news


def read_events(key: int, after: int, streams: list[Subscriber]) -> EventPage:
    """What happened after a revision that was read before, for all who take part.

    With the answers to some `streams`, unless there is much to tell. Raises `ResyncRequired` if
    there is a gap.
    """
    events = models.Event.objects.news(key, after)
    if not events:
        return EventPage([], after, more=False)
    news = _news(events, View(events[0].conversation, None), after)
    for event in news.events:
        event.__dict__["_results"] = answers = SharedResults()
        for stream in streams if len(news.events) <= AT_ONCE else ():
            if stream.question not in news.unfit and not answers.prepare(event, stream):
                news.unfit.add(stream.question)
    return news


def _news(events: list[models.Event], view: View, after: int) -> EventPage:
    conversation, batch = view.conversation, Batch([view])
    for event in events:
        # One object for all of them: what hangs on it is loaded once.
        event.conversation = conversation
        event.__dict__["_batch"] = batch
        for row in (event.message, event.participation):
            if row is not None:
                row.conversation = conversation
    return EventPage(events, events[-1].revision if events else after, more=len(events) == PAGE)


def read_inbox(
    viewer: Any, cursor: InboxCursor, most: int
) -> tuple[list[models.Participation], bool]:
    """The viewer's participations that changed since, in the order in which they did.

    They are `most`, and fewer if their texts are long; the second value says if there are more.
    """
    news = read_all_of_inbox(viewer, cursor, most)
    told = _short(news, lambda participation: participation.conversation.latest_message)
    return told, len(told) < len(news) or len(news) >= most


def read_all_of_inbox(
    viewer: Any, cursor: InboxCursor, most: int = INBOX_PAGE
) -> list[models.Participation]:
    changed = models.Participation.objects.changed_since(
        viewer, cursor.since, most + len(cursor.seen)
    )
    return [each for each in changed if cursor.is_news(each)]


def _short(rows: list[Row], message_of: Callable[[Row], models.Message | None]) -> list[Row]:
    """The first of these rows whose texts together are short, and one at least."""
    size = 0
    for count, row in enumerate(rows):
        message = message_of(row)
        size += 0 if message is None else getsizeof(message.body)
        if size > NEWS_SIZE and count:
            return rows[:count]
    return rows


def next_look(told: int, most: int) -> int:
    """How many rows to read at once, after so many could be told and there are more.

    Of rows with long texts few are told, and reading many more would be in vain.
    """
    return max(FEW, min(2 * told, most))


def _in_thread(read: Any) -> Any:
    ask = threads.live.run(read)

    async def look(*args: Any) -> Any:
        return await with_retries(lambda: ask(*args))

    return look


member_events = _in_thread(read_events)
viewer_events = _in_thread(read_conversation)
inbox_changes_of = _in_thread(read_inbox)
all_inbox_changes_of = _in_thread(read_all_of_inbox)
