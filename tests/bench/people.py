"""The people who talk and listen in the benchmarks of live updates, in a database that is empty."""

import time
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import get_user_model
from django.db import transaction
from strawberry import relay

from talk.models import AccessToken, Conversation

from .plain_live import CHANGE, GROUP

#: People who listen; each has several sockets where there are more sockets than people. With this
#: many people, nobody has more sockets of the 5,000 than one person may have.
PEOPLE = 110
BODY = "Shall we meet at the harbour at eight, or is that too early for you?"

#: Sends one message, and returns the time at which it was committed.
Say = Callable[[], float]


def bearers() -> list[str]:
    """Make the people. Returns the value of the header `Authorization` of each."""
    model = get_user_model()
    users = [
        model.objects.create_user(f"person{number}", first_name=f"Person {number}")
        for number in range(PEOPLE)
    ]
    return [f"Bearer {AccessToken.objects.issue(user, 'bench')[1]}" for user in users]


def conversations(count: int) -> list[str]:
    """The ids of new groups of all people."""
    first, *others = get_user_model().objects.order_by("pk")
    groups = [Conversation.objects.start_group(first, others, "Bench") for _each in range(count)]
    return [relay.to_base64("Conversation", group.pk) for group in groups]


def saying(conversation: str) -> Say:
    """How the first of the people sends to a conversation."""
    _type, key = relay.from_base64(conversation)
    first = get_user_model().objects.earliest("pk")
    place = Conversation.objects.get(pk=key).participation_of(first)
    committed: list[float] = []

    def say() -> float:
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.monotonic()))
            place.send(BODY)
        return committed[-1]

    return say


def say_plainly() -> float:
    """Send to all who subscribe to the plain server."""
    now = time.monotonic()
    sender = {"id": "VXNlcjox", "name": "Person 0"}
    said = {"number": 1, "body": BODY, "sent_at": "2030-01-01T00:00:00Z", "sender": sender}
    change = {"type": CHANGE, "revision": 2, "kind": "MESSAGE_SENT", "message": said}
    async_to_sync(get_channel_layer().group_send)(GROUP, change)
    return now
