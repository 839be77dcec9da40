"""Hands the events of a conversation to a follower, and tries again what failed."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from django.utils import timezone

from ..followers import Follower
from ..models import Conversation, Event, FollowedConversation
from ..models.event import PAGE
from ..models.following import stored_in
from .progress import Progress

logger = logging.getLogger(__name__)

#: Seconds of handling after which progress is saved and the lease renewed. A crash repeats no more.
SAVE_SECONDS = 0.5
#: Seconds after which events are read again that a slow follower has not come to.
FRESH_SECONDS = 5.0
#: The longest pause in seconds before a failed event is tried again.
LONGEST_PAUSE = 600


class Stopped(Exception):
    """This process is to end."""


def while_fresh(page: Sequence[Event]) -> Iterator[Event]:
    """The first of these events, as many as are handled before they are too old."""
    read_at = time.monotonic()
    for event in page:
        yield event
        if time.monotonic() > read_at + FRESH_SECONDS:
            return


class Handing:
    def __init__(
        self, follower: Follower, progress: Progress, is_stopped: Callable[[], bool]
    ) -> None:
        self._follower, self._progress, self._is_stopped = follower, progress, is_stopped

    def hand(self, place: FollowedConversation, event: Event) -> bool:
        """Have the follower handle the next event of a conversation. False if that failed."""
        return self._try(place, event.revision, lambda: self._follower.handle(event))

    def catch_up(self, place: FollowedConversation) -> bool:
        """Hand over a batch of events of one conversation that are not done.

        A place that waits does so until the last of them is done: nobody else looks for them.
        Returns whether there are more: other conversations come first, and then this one again.
        """
        conversation = Conversation.objects.using(stored_in()).filter(pk=place.conversation_id)
        for found in conversation:
            if self._hand_page(place, found):
                has_more = place.revision < found.revision
                place.retry_at = timezone.now() if has_more else None
                self._progress.change(place)
                return has_more
        return False

    def _hand_page(self, place: FollowedConversation, conversation: Conversation) -> bool:
        """Hand over a batch. False if that failed."""
        events = Event.objects.using(stored_in()).filter(conversation=conversation)
        in_order = events.with_references().order_by("revision")
        page = list(in_order.filter(revision__gt=place.revision)[:PAGE])
        for event in while_fresh(page):
            event.conversation = conversation
            if not self._miss(place, conversation, event.revision - 1):
                return False
            if not self.hand(place, event):
                return False
        # Without events, those up to the revision of the conversation were deleted.
        return bool(page) or self._miss(place, conversation, conversation.revision)

    def _miss(self, place: FollowedConversation, conversation: Conversation, revision: int) -> bool:
        """Tell the follower if events up to this revision are no longer there."""
        if revision <= place.revision:
            return True
        return self._try(place, revision, lambda: self._follower.missed(conversation, revision))

    def _try(self, place: FollowedConversation, revision: int, call: Callable[[], None]) -> bool:
        """Call the follower. Up to `revision` is done then, unless the call fails."""
        if self._is_stopped():
            raise Stopped
        if self._progress.seconds_since_save > SAVE_SECONDS:
            self._progress.save()
        self._progress.change(place)
        try:
            call()
        except Exception:
            pause = min(2 ** min(place.failures, 20), LONGEST_PAUSE)
            place.failures += 1
            place.retry_at = timezone.now() + timedelta(seconds=pause)
            logger.exception(
                "Follower %s failed at %s/%s, and tries again in %s seconds",
                self._follower.name,
                place.conversation_id,
                revision,
                pause,
            )
            return False
        place.revision, place.failures = revision, 0
        return True
