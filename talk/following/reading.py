"""Reads new events, late ones, and those that failed before."""

import logging
import time
from collections.abc import Callable

from ..followers import Follower
from ..models import Event, FollowedConversation
from ..models.event import PAGE
from ..models.following import stored_in
from .handing import Handing, Stopped, while_fresh
from .progress import LostLease, Progress
from .settling import Settling

logger = logging.getLogger(__name__)

#: Seconds between two reads when there is nothing new.
POLL_SECONDS = 1.0
#: Seconds after which an idle follower renews its lease, and one without the lease asks for it.
RENEW_SECONDS = 10.0
#: Seconds after which recent events are read again, for those that became visible out of order.
SWEEP_SECONDS = 5.0
#: After a look at recent events comes a pause of at least so many times the time that it took.
SWEEP_PAUSES = 20


class Following:
    """One process's work for one follower. `step` is to be called again and again."""

    def __init__(self, follower: Follower, is_stopped: Callable[[], bool] = lambda: False) -> None:
        self.name = f"follower {follower.name}"
        self._progress = Progress(follower)
        self._handing = Handing(follower, self._progress, is_stopped)
        self._settling = Settling()
        self._sweep_at = 0.0

    def step(self) -> float:
        """Handle the next events. Returns after how many seconds it wants to be called again."""
        try:
            return self._step()
        except LostLease:
            logger.warning("Another process has taken over the %s", self.name)
            self._forget()
            return RENEW_SECONDS
        except BaseException:
            self._forget()
            raise

    def close(self) -> None:
        """Let another process go on at once."""
        self._progress.release()
        self._forget()

    def _forget(self) -> None:
        self._progress.forget()
        self._settling = Settling()

    def _step(self) -> float:
        progress = self._progress
        if not progress.hold():
            return RENEW_SECONDS
        more = False
        try:
            more = self._read_new()
            more = self._retry() or more
            more = self._sweep() or more
        except Stopped:
            pass
        if not progress.is_saved or progress.seconds_since_save > RENEW_SECONDS:
            progress.save()
        return 0.0 if more else POLL_SECONDS

    def _read_new(self) -> bool:
        """Handle a batch of new events. Returns whether there may be more."""
        row = self._progress.row
        page = row.new_events()
        handled = self._follow(page)
        if handled:
            row.read_event = page[handled - 1].pk
        return may_have_more(page, handled)

    def _retry(self) -> bool:
        """Try failed events again whose pause is over. Returns whether more wait for no pause."""
        rows, more = FollowedConversation.objects.using(stored_in()), False
        for place in rows.due(self._progress.row):
            more = self._handing.catch_up(place) or more
        return more

    def _sweep(self) -> bool:
        """Handle a batch of late events. Without more of them, old events are settled."""
        progress, row = self._progress, self._progress.row
        if time.monotonic() < self._sweep_at or row.settled_event == row.read_event:
            return False
        if not progress.is_saved:
            # The rows tell which events are late.
            progress.save()
        begun = time.monotonic()
        # Before the late ones are read, so that none of those up to `visible` is missing.
        self._settling.look(row.read_event)
        page = row.late_events()
        pause = max(SWEEP_SECONDS, SWEEP_PAUSES * (time.monotonic() - begun))
        handled = self._follow(page)
        if may_have_more(page, handled):
            return True
        self._sweep_at = time.monotonic() + pause
        if row.settle(self._settling.visible):
            # Together with what has just been done.
            progress.save()
        return False

    def _follow(self, page: list[Event]) -> int:
        """Handle these events, except those that are done. Returns how many it went through."""
        places = self._progress.places(page)
        handled = 0
        for event in while_fresh(page):
            handled += 1
            place = places.get(event.conversation_id)
            if place is None or place.retry_at is not None:
                continue
            if event.revision == place.revision + 1:
                self._handing.hand(place, event)
            elif event.revision > place.revision:
                self._handing.catch_up(place)
        return handled


def may_have_more(page: list[Event], handled: int) -> bool:
    return handled < len(page) or len(page) == PAGE
