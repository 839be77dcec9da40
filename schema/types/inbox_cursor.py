"""The cursor of `inboxChanges`: which changes of the inbox a client has received."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.utils import timezone
from strawberry import relay

from talk.models import Participation

from ..cursors import MOST_NUMBER, content_of, invalid_cursor

#: A change has the time at which its transaction took the lock, and becomes visible at the commit.
#: No transaction takes longer than this, and the clocks of servers differ by less.
SETTLED_AFTER = timedelta(seconds=60)

#: The most changes that a cursor lists. If there are more, the oldest of them come again.
MOST_SEEN = 500

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class InboxCursor:
    """The client has received all changes before `since`, and the later ones in `seen`.

    A time alone would lose changes that are committed out of order. So recent changes, which are
    few, are listed one by one: the key of the participation, and the microsecond of its change.
    """

    since: datetime
    seen: dict[int, int] = field(default_factory=dict)

    @classmethod
    def now(cls) -> Self:
        return cls(timezone.now() - SETTLED_AFTER)

    @classmethod
    def decode(cls, cursor: str) -> Self:
        """The cursor that `encode` wrote; raises `INVALID_CURSOR` for anything else.

        It is quick enough for an event loop, whatever the text is.
        """
        content = content_of(cursor, "inbox", "after")
        try:
            since, seen = json.loads(content)
            if len(seen) > MOST_SEEN:
                raise ValueError
            # No client can have received a change from the future.
            latest = _number(timezone.now() + SETTLED_AFTER)
            _check([since, *seen.values()], latest)
            keys = {int(key): key for key in seen}
            _check([*keys], MOST_NUMBER)
            if [str(key) for key in keys] != [*seen]:
                raise ValueError
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise invalid_cursor("after") from None
        return cls(EPOCH + since * MICROSECOND, dict(zip(keys, seen.values(), strict=True)))

    def encode(self) -> str:
        seen = self.seen
        if len(seen) > MOST_SEEN:
            newest = sorted(seen.items(), key=lambda change: change[1])[-MOST_SEEN:]
            seen = dict(newest)
        return relay.to_base64("inbox", json.dumps([_number(self.since), seen]))

    def is_news(self, participation: Participation) -> bool:
        return self.seen.get(participation.pk) != _number(participation.changed_at)

    def add(self, participation: Participation) -> None:
        """This change was received. Nothing is known of changes before it."""
        if participation.changed_at >= self.since:
            self.seen[participation.pk] = _number(participation.changed_at)

    def advance(self, participation: Participation) -> None:
        """This change was received, and so were all visible changes before it."""
        settled = timezone.now() - SETTLED_AFTER
        self.since = max(self.since, min(participation.changed_at, settled))
        self.seen[participation.pk] = _number(participation.changed_at)
        since = _number(self.since)
        self.seen = {key: at for key, at in self.seen.items() if at >= since}


def _check(numbers: Iterable[Any], most: int) -> None:
    if not all(type(each) is int and 0 <= each <= most for each in numbers):
        raise ValueError


def _number(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND
