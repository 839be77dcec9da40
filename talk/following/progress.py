"""The progress of one follower: its lease, and what is done and not saved yet."""

import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from ..followers import Follower
from ..models import Conversation, Event, FollowedConversation, FollowerProgress
from ..models.following import stored_in


class LostLease(Exception):
    """Another process has taken over, or the follower's row was deleted."""


class Progress:
    def __init__(self, follower: Follower) -> None:
        self._follower, self._holder = follower, uuid4()
        self._row: FollowerProgress | None = None
        self._changed: dict[int, FollowedConversation] = {}
        self._saved_at = 0.0

    @property
    def row(self) -> FollowerProgress:
        """The row of the follower, while this process holds its lease."""
        if self._row is None:
            raise LostLease
        return self._row

    @property
    def seconds_since_save(self) -> float:
        return time.monotonic() - self._saved_at

    @property
    def is_saved(self) -> bool:
        return not self._changed

    def hold(self) -> bool:
        """Take the lease, unless this process has it. Returns False if another process has it."""
        if self._row is None:
            name, begun = self._follower.name, time.monotonic()
            self._rows.begin(name, self._follower.from_start)
            if not self._rows.take(name, self._holder):
                return False
            self._row, self._saved_at = self._rows.get(name=name), begun
        return True

    def places(self, page: Iterable[Event]) -> dict[int, FollowedConversation]:
        """The places in the conversations of these events, by conversation.

        There is none for a conversation that has just been deleted.
        """
        keys = {event.conversation_id for event in page}
        unsaved = {key: place for key, place in self._changed.items() if key in keys}
        rows = FollowedConversation.objects.using(stored_in())
        return rows.of(self.row, keys - unsaved.keys()) | unsaved

    def change(self, place: FollowedConversation) -> None:
        """Save this place the next time."""
        self._changed[place.conversation_id] = place

    def save(self) -> None:
        """Save what is done, and renew the lease. Raises `LostLease` if another process has it."""
        begun = time.monotonic()
        try:
            self._write(self._changed.values())
        except IntegrityError:
            # Conversations were deleted meanwhile, and their rows of followers with them.
            kept = Conversation.objects.using(stored_in()).in_bulk(list(self._changed))
            self._write([place for key, place in self._changed.items() if key in kept])
        self._changed.clear()
        self._saved_at = begun

    def forget(self) -> None:
        """Forget what is not saved: it will be done again."""
        self._row = None
        self._changed.clear()

    def release(self) -> None:
        """Let another process take the lease at once."""
        self._rows.release(self._follower.name, self._holder)
        self.forget()

    @property
    def _rows(self) -> Any:
        return FollowerProgress.objects.using(stored_in())

    def _write(self, places: Iterable[FollowedConversation]) -> None:
        row = self.row
        read = {"read_event": row.read_event, "settled_event": row.settled_event}
        with transaction.atomic(using=stored_in()):
            # Holds the lock of the row until the progress is written.
            if not self._rows.renew(row.name, self._holder, **read):
                raise LostLease
            FollowedConversation.objects.using(stored_in()).save_all(places)
