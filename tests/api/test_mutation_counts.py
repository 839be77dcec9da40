"""What a mutation costs does not grow with the conversation that it is about."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talk.models import Participation

from .asking import act, gid, group, say, say_many

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

TALK = """conversation { id title revision participantCount
  latestMessage { body sender { name } }
  participants { edges { node { role user { name } } } }
  messages { edges { node { body sender { name } subject { name } } } } }"""
SAID = "body removal revision editedAt edits(first: 3) { edges { node { body } } } sender { name }"
PLACE = "participation { role status unreadCount user { name } conversation { title lastNumber } }"


@pytest.fixture
def make(django_user_model, alice, bob, carol, dave):
    """`make(2, 3)` is a group with two more people and three more messages."""

    def make(people, messages):
        start = django_user_model.objects.count()
        others = django_user_model.objects.bulk_create(
            django_user_model(username=f"somebody {start + n}") for n in range(people)
        )
        conversation = group(alice, bob, carol, *others)
        conversation.participation_of(bob).change_role(Participation.Role.ADMIN)
        conversation.participation_of(carol).leave()
        say_many(others[0], conversation, messages)
        return conversation, others

    return make


ACTS = {
    "send": ("sendMessage", f"upgraded {TALK} sent {{ body sender {{ name }} }}", {"body": "Hi"}),
    "send to": ("sendMessage", f"upgraded {TALK}", {"body": "Hi", "to": "others"}),
    "send and invite": ("sendMessage", TALK, {"body": "Hi", "invite": "dave"}),
    "edit": ("editMessage", f"edited {{ {SAID} {TALK} }}", {"message": "earlier", "body": "Ho"}),
    "edit the last": ("editMessage", f"edited {{ {SAID} }}", {"message": "last", "body": "Ho"}),
    "retract": ("retractMessage", f"retracted {{ {SAID} {TALK} }}", {"message": "earlier"}),
    "remove a message": ("removeMessage", f"removed {{ {SAID} {TALK} }}", {"message": "last"}),
    "pin a message": (
        "pinMessage",
        f"pinned {{ {SAID} pinnedAt {TALK} }}",
        {"message": "earlier"},
    ),
    "unpin a message": ("unpinMessage", f"unpinned {{ {SAID} {TALK} }}", {"message": "earlier"}),
    "save a message": (
        "saveMessage",
        f"saved {{ {SAID} viewerSaved {TALK} }}",
        {"message": "earlier"},
    ),
    "start": ("startConversation", TALK, {"participants": "others"}),
    "invite": ("inviteParticipants", TALK, {"participants": "dave"}),
    "leave": ("leaveConversation", TALK, {}),
    "remove": ("removeParticipant", PLACE, {"participant": "bob"}),
    "reinstate": ("reinstateParticipant", PLACE, {"participant": "carol"}),
    "promote": ("changeRole", PLACE, {"participant": "bob", "role": "OWNER"}),
    "rename": ("renameConversation", TALK, {"title": "New"}),
    "describe": (
        "updateConversation",
        f"{TALK} conversation {{ description avatar data }}",
        {"description": "New", "avatar": "https://example.com/a.png", "data": {"new": True}},
    ),
    "read": ("markRead", PLACE, {}),
    "read some": ("markRead", PLACE, {"number": 2}),
    "mark unread": ("markUnread", PLACE, {}),
    "save a draft": (
        "saveDraft",
        f"{PLACE[:-1]} draft {{ body version }} }}",
        {"base": 0, "body": "Hi"},
    ),
    "schedule": (
        "scheduleMessage",
        f"{PLACE[:-1]} scheduledMessages {{ body mentions {{ name }} }} }}",
        {"body": "Hi", "at": "tomorrow", "clientId": str(uuid.uuid4()), "mentions": "bob"},
    ),
    "cancel what is scheduled": (
        "cancelScheduledMessage",
        f"{PLACE[:-1]} scheduledMessages {{ body }} }}",
        {"clientId": str(uuid.uuid4())},
    ),
    "mute": ("setNotifications", PLACE, {"level": "NOTHING"}),
    "archive": ("archiveConversation", PLACE, {}),
    "unarchive": ("unarchiveConversation", PLACE, {}),
    "pin": ("pinConversation", PLACE, {}),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_mutation_makes_as_many_queries_for_much_as_for_little(
    gql, alice, bob, carol, dave, make, name
):
    mutation, payload, asked = ACTS[name]
    ask = gql(alice)

    def cost(people, messages):
        conversation, others = make(people, messages)
        earlier, last = say(alice, conversation), say(alice, conversation)
        names = {
            "earlier": gid(earlier),
            "last": gid(last),
            "bob": gid(bob),
            "carol": gid(carol),
            "tomorrow": (timezone.now() + timedelta(days=1)).isoformat(),
            "dave": [gid(dave)],
            "others": [gid(other) for other in others],
        }
        values = {
            key: names.get(value, value) if isinstance(value, str) else value
            for key, value in asked.items()
        }
        if not {"to", "participants", "message"} & set(asked) or name == "invite":
            values["conversationId"] = gid(conversation)
        with CaptureQueriesContext(connection) as captured:
            answer = act(ask, mutation, payload, **values)
        assert "code" not in answer
        return len(captured)

    assert cost(2, 3) == cost(40, 60)
