"""Who talks and listens in the benchmarks, in a database that is empty."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import get_user_model
from django.db import transaction
from strawberry import relay

from talk.models import AccessToken, Conversation

#: People who listen; each has several sockets where there are more of these.
PEOPLE = 40


@contextmanager
def world() -> Iterator[tuple[list[str], str, Callable[[], float], Callable[[], float]]]:
    """Their bearers, a conversation of all of them, and two ways to say something there.

    To say something returns the time at which it was committed.
    """
    from .live import BODY
    from .plain_live import CHANGE, GROUP

    users = [
        get_user_model().objects.create_user(f"person{number}", first_name=f"Person {number}")
        for number in range(PEOPLE)
    ]
    bearers = [f"Bearer {AccessToken.objects.issue(user, 'bench')[1]}" for user in users]
    conversation = Conversation.objects.start_group(users[0], users[1:], "Bench")
    place = conversation.participation_of(users[0])
    committed: list[float] = []

    def say() -> float:
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.monotonic()))
            place.send(BODY)
        return committed[-1]

    def say_plainly() -> float:
        now = time.monotonic()
        sender = {"id": "VXNlcjox", "name": "Person 0"}
        said = {"number": 1, "body": BODY, "sent_at": "2030-01-01T00:00:00Z", "sender": sender}
        change = {"type": CHANGE, "revision": 2, "kind": "MESSAGE_SENT", "message": said}
        async_to_sync(get_channel_layer().group_send)(GROUP, change)
        return now

    yield bearers, relay.to_base64("Conversation", conversation.pk), say, say_plainly
