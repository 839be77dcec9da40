"""Sends typing indicators. Clients repeat them every few seconds, and they are never stored.

The process of the sender checks that the sender may write. It remembers this for some seconds, so
that most indicators need no query.
"""

import time
from dataclasses import dataclass
from typing import Any

from talk import wakeups

from ..authentication.context import Info
from ..loading.participations import participation_in

#: Seconds for which a person is shown as typing after each indicator.
SHOWN_SECONDS = 6
#: Seconds after which clients repeat an indicator. Twice as often as it expires: one can be lost.
REPEAT_SECONDS = 3
#: Seconds within which an indicator of a person is passed on once.
QUIET_SECONDS = 1.0
#: Seconds after which it is checked again whether a person may write.
PERMIT_SECONDS = 30.0
#: The number of permits above which expired ones are dropped.
MOST_PERMITS = 10_000


@dataclass
class Permit:
    """A person may write in a conversation: until when, and the last indicator."""

    until: float
    is_typing: bool = False
    sent_at: float = 0.0


_permits: dict[tuple[Any, int], Permit] = {}


def send_indicator(info: Info, key: int, is_typing: bool) -> None:
    """Tell the others whether the viewer is typing. Raises a refusal if they may not write."""
    viewer, now = info.context.viewer, time.monotonic()
    permit = _permits.get((viewer.pk, key))
    if permit is None or permit.until < now:
        participation = participation_in(info, key)
        participation.must_be_able_to_act()
        _drop_old(now)
        permit = _permits[viewer.pk, key] = Permit(now + PERMIT_SECONDS)
    is_news = now > permit.sent_at + QUIET_SECONDS if is_typing else permit.is_typing
    if is_news:
        permit.is_typing = is_typing
        permit.sent_at = now if is_typing else permit.sent_at
        show_typing(key, viewer.pk, is_typing)


def show_typing(key: int, user_pk: Any, is_typing: bool) -> None:
    """Show a user as typing in a conversation. It does not check whether they may write there."""
    indicator = ["typing", key, str(user_pk), SHOWN_SECONDS if is_typing else 0]
    wakeups.send_from_thread(wakeups.typing_group(key), {"indicator": indicator})


def _drop_old(now: float) -> None:
    if len(_permits) >= MOST_PERMITS:
        for whose, permit in list(_permits.items()):
            if permit.until < now:
                _permits.pop(whose, None)
    if len(_permits) >= MOST_PERMITS:
        # People who are still typing are checked once more.
        _permits.clear()
