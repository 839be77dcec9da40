"""Reads changes of conversations and inboxes from the database, for subscriptions.

The event loop calls the coroutine functions at the end of this module. They read in a thread, and
try again for some seconds if the database does not answer.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, TypeVar

from talk import models
from talk.exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from talk.models.event import PAGE

from .. import threads
from ..authentication.context import Context
from ..loading.blocks import ask_with_blocks_anew
from ..loading.views import ReadTogether, View
from ..types.inbox_cursor import InboxCursor
from .retries import with_retries
from .sharing import SharedResults, Subscriber

Row = TypeVar("Row", models.Event, models.Participation)

#: The most bytes of text on one page. A subscription keeps them until its client has taken them.
PAGE_SIZE = 262_144
#: The smallest number of rows that is read at once.
SMALL_PAGE = 10
#: The most participations on one page of inbox changes.
INBOX_PAGE = 200
#: Seconds for which a page is delivered after it was read. What is left then is read again.
FRESH_SECONDS = 2.0
#: The most events of a page whose results are executed in the same thread call.
EARLY_EVENTS = 10


@dataclass(frozen=True, eq=False, slots=True)
class Delivery:
    """An event on its way to subscriptions, with what its executions share."""

    event: models.Event
    read_together: ReadTogether
    #: None if the event was read for one viewer only.
    shared_results: SharedResults | None
    #: The time of the event, in seconds.
    at: float

    @property
    def revision(self) -> int:
        return self.event.revision


@dataclass
class EventPage:
    """The next events of a conversation."""

    deliveries: list[Delivery]
    #: The revision to continue after.
    revision: int
    #: Whether the next read finds something without waiting: events, or the end of the stream.
    more: bool
    #: The selections that are not to be executed together with the events; see `sharing`.
    unfit: set[Hashable] = field(default_factory=set)


def read_viewer_events(viewer: Any, key: int, after: int | None, most: int = PAGE) -> EventPage:
    """The events that a viewer may see after a revision. For None, only the present revision.

    They are at most `most`, and fewer if their texts are long.

    Raises `NOT_FOUND` if the viewer never took part, and `NOT_A_PARTICIPANT` if the viewer has left
    or was removed and there are no events up to that moment any more. Raises `ResyncRequired` if
    the events after the revision are no longer stored.
    """
    participation = models.Participation.objects.find(viewer, key)
    if participation is None:
        raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("id",))
    conversation = participation.conversation
    end = participation.last_visible_revision
    if after is None:
        after = end
    if not participation.is_active and after >= end:
        raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
    events = models.Event.objects.after(conversation, after, most, latest=conversation.revision)
    # The participation was read before the events, so the viewer may have left between the two.
    visible = [event for event in events if event.revision <= end]
    short = _short(visible, lambda event: event.message)
    page = _page(short, View(conversation, participation), after)
    page.more = len(short) < len(events) or len(events) == most or not participation.is_active
    return page


def read_member_events(key: int, after: int, streams: list[Subscriber]) -> EventPage:
    """The events that all members may see after a revision that was read before.

    The results of `streams` are executed here, too, unless there are many events. Raises
    `ResyncRequired` if events are missing.
    """
    events = models.Event.objects.news(key, after)
    if not events:
        return EventPage([], after, more=False)
    page = _page(events, View(events[0].conversation, None), after)
    if len(page.deliveries) <= EARLY_EVENTS:
        for delivery in page.deliveries:
            _execute_early(delivery, streams, page.unfit)
    return page


def _execute_early(delivery: Delivery, streams: list[Subscriber], unfit: set[Hashable]) -> None:
    results = delivery.shared_results
    if results is None:
        return
    for stream in streams:
        if stream.selection not in unfit and not results.execute_early(delivery, stream):
            unfit.add(stream.selection)


def _page(events: list[models.Event], view: View, after: int) -> EventPage:
    conversation = view.conversation
    for event in events:
        # All rows have the same conversation object, so what it loads is loaded once.
        event.conversation = conversation
        for row in (event.message, event.participation):
            if row is not None:
                row.conversation = conversation
    is_shared = view.participation is None
    page = ReadTogether([view], None if is_shared else events)
    deliveries = [
        Delivery(event, page, SharedResults() if is_shared else None, event.at.timestamp())
        for event in events
    ]
    return EventPage(deliveries, events[-1].revision if events else after, more=len(events) == PAGE)


def read_inbox(
    context: Context, cursor: InboxCursor, most: int
) -> tuple[list[models.Participation], bool]:
    """The viewer's participations that have changed after a cursor, in the order of the changes.

    They are at most `most`, and fewer if their texts are long. The second value is whether there
    are more.
    """
    changed = read_whole_inbox(context, cursor, most)
    short = _short(changed, lambda participation: participation.conversation.latest_message)
    return short, len(short) < len(changed) or len(changed) >= most


def read_whole_inbox(
    context: Context, cursor: InboxCursor, most: int = INBOX_PAGE
) -> list[models.Participation]:
    """Like `read_inbox`, but whatever the length of the texts."""
    question = models.Participation.objects.changed_since_question(
        context.viewer, cursor.since, most + len(cursor.seen)
    )
    # A block changes the participations that it concerns, and they are told with it.
    changed = ask_with_blocks_anew(context, question)
    return [each for each in changed if cursor.is_news(each)]


def _short(rows: list[Row], message_of: Callable[[Row], models.Message | None]) -> list[Row]:
    """The first rows, as many as `PAGE_SIZE` has room for, and at least one."""
    size = 0
    for count, row in enumerate(rows):
        message = message_of(row)
        size += 0 if message is None else getsizeof(message.body)
        if size > PAGE_SIZE and count:
            return rows[:count]
    return rows


def next_page_size(delivered: int, most: int) -> int:
    """How many rows to read next, after a page of which `delivered` rows could be delivered.

    If their texts are long, only few can be delivered, so reading many would be a waste.
    """
    return max(SMALL_PAGE, min(2 * delivered, most))


def _in_thread(read: Any) -> Any:
    run = threads.live.to_async(read)

    async def read_with_retries(*args: Any) -> Any:
        return await with_retries(lambda: run(*args))

    return read_with_retries


member_events = _in_thread(read_member_events)
viewer_events = _in_thread(read_viewer_events)
inbox_changes = _in_thread(read_inbox)
all_inbox_changes = _in_thread(read_whole_inbox)
