"""Where a client is in the changes of its inbox."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from django.utils import timezone
from strawberry import relay

from talk.models import Participation

from .pagination import invalid_cursor

#: A change carries the time at which its transaction held the lock, and is seen when that commits.
#: No transaction takes so long, and no two servers' clocks are so far apart.
SETTLED_AFTER = timedelta(seconds=60)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class InboxCursor:
    """Everything that changed before `since` has been seen, and of the rest what is in `seen`.

    Times alone would lose changes that are committed out of order, so the recent ones, which
    are few, are named one by one: the key of the participation, and when it changed.
    """

    since: datetime
    seen: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    def now(cls) -> Self:
        return cls(timezone.now() - SETTLED_AFTER)

    @classmethod
    def decode(cls, cursor: str) -> Self:
        """The cursor that `encode` wrote; raises `INVALID_CURSOR` for anything else."""
        try:
            prefix, content = relay.from_base64(cursor)
            since, seen = json.loads(content)
            if prefix != "inbox":
                raise ValueError(prefix)
            return cls(_time(since), {int(key): _time(at) for key, at in seen.items()})
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            raise invalid_cursor("after") from None

    def encode(self) -> str:
        seen = {key: _number(at) for key, at in self.seen.items()}
        return relay.to_base64("inbox", json.dumps([_number(self.since), seen]))

    def is_news(self, participation: Participation) -> bool:
        return self.seen.get(participation.pk) != participation.changed_at

    def note(self, participation: Participation) -> None:
        """This was seen, without a word on what changed before it."""
        if participation.changed_at >= self.since:
            self.seen[participation.pk] = participation.changed_at

    def advance(self, participation: Participation) -> None:
        """This was seen, and all that changed before it and can be seen, too."""
        settled = timezone.now() - SETTLED_AFTER
        self.since = max(self.since, min(participation.changed_at, settled))
        self.seen[participation.pk] = participation.changed_at
        self.seen = {key: at for key, at in self.seen.items() if at >= self.since}


def _number(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND


def _time(number: int) -> datetime:
    return EPOCH + number * MICROSECOND
