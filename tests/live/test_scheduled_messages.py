"""Live, what is scheduled is told to the devices of its person, and to all once it is sent."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from schema.types.inbox_cursor import InboxCursor
from talk.models import ScheduledMessage

from .sockets import in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

INBOX = """subscription ($after: String) { inboxChanges(after: $after) {
  participation { scheduledMessages(first: 5) { body refusal } unreadCount } } }"""


@live
async def test_ones_own_devices_hear_of_it_and_others_of_the_message(alice, bob, group):
    cursor = {"after": InboxCursor.now().encode()}
    async with signed_in(bob, app=talk) as bobs, signed_in(alice, app=talk) as alices:
        for socket in (bobs, alices):
            await socket.subscribe(INBOX, variables=cursor)
            assert await told(socket) == {"scheduledMessages": [], "unreadCount": 0}

        await in_thread(schedule)(bob, group)
        scheduled = [{"body": "Hello", "refusal": None}]
        assert await told(bobs) == {"scheduledMessages": scheduled, "unreadCount": 0}
        await in_thread(send_all)()

        assert await told(bobs) == {"scheduledMessages": [], "unreadCount": 0}
        # The next that she hears, after what there was when she began to listen.
        assert await told(alices) == {"scheduledMessages": [], "unreadCount": 1}


async def told(socket):
    return (await socket.hear())["payload"]["data"]["inboxChanges"]["participation"]


def schedule(user, conversation):
    at = timezone.now() + timedelta(hours=1)
    conversation.participation_of(user).schedule("Hello", at, uuid.uuid4())


def send_all():
    ScheduledMessage.objects.update(due_at=timezone.now())
    ScheduledMessage.objects.send_due()
