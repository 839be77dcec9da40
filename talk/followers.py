"""Followers: code that acts on each event of the log after the commit, and misses none.

A project registers its followers in the `ready` of an app. `manage.py work` runs them. Search
engines, webhooks and push notifications are such code. The log itself is the queue: nothing is
added to the transaction of a change.
"""

import logging
from abc import ABC, abstractmethod

from django.core.exceptions import ImproperlyConfigured

from .models import Conversation, Event, FollowedConversation, FollowerProgress
from .models.following import stored_in

logger = logging.getLogger(__name__)

#: Most events, and most waiting conversations, that `lag` looks at for each follower.
LAG_LIMIT = 10_000


class Follower(ABC):
    """Handles the events of each conversation in their order, each at least once.

    After a crash the last events come again. So a receiver needs a key that tells it what it has
    already: `{conversation_id}/{revision}` of an event is one, and never changes.
    """

    #: The name under which its progress is stored. With another name it begins anew.
    name: str
    #: Whether a new follower reads the log from its start. Otherwise it begins from now.
    from_start = False

    @abstractmethod
    def handle(self, event: Event) -> None:
        """Act on one event. It refers to rows with their present values.

        If this raises, the conversation waits and the event is tried again, after growing pauses.
        Other conversations go on. It should take less than a quarter of a minute: after half a
        minute another process may take over, and handle the event again.
        """

    def missed(self, conversation: Conversation, revision: int) -> None:
        """Events up to this revision were deleted before this follower read them.

        It goes on with the next event. Here it can read the conversation as it is now.
        """
        logger.warning(
            "Follower %s missed events of conversation %s up to revision %s",
            self.name,
            conversation.pk,
            revision,
        )


_registered: dict[str, Follower] = {}


def register(follower: Follower) -> None:
    """Have `manage.py work` run this follower. To be called in the `ready` of an app."""
    known = _registered.setdefault(follower.name, follower)
    if type(known) is not type(follower):
        raise ImproperlyConfigured(f"Two followers have the name {follower.name!r}.")


def registered() -> list[Follower]:
    return list(_registered.values())


def lag() -> dict[str, int]:
    """How many events each registered follower has not handled yet, by its name.

    At most `LAG_LIMIT` events are looked at for each, and as many waiting conversations. Events
    that became visible out of order are not counted: they are handled within seconds.
    """
    return {each.name: _lag(each) for each in registered()}


def _lag(follower: Follower) -> int:
    rows = FollowerProgress.objects.using(stored_in())
    progress: FollowerProgress | None = rows.filter(name=follower.name).first()
    if progress is None:
        return 0
    places = FollowedConversation.objects.using(stored_in())
    return progress.count_new(LAG_LIMIT) + places.count_waiting(progress, LAG_LIMIT)
