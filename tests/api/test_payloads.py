"""What a mutation answers is what a query shows afterwards, whatever is selected of it."""

import uuid

import pytest
from graphql import get_named_type

from .asked import TYPES, everything
from .asking import act, gid, group, ok

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

SHOWN = {
    "Conversation": everything("Conversation", 2),
    "Message": everything("Message", 2),
    "Participation": everything("Participation", 2),
}
NODE = "query ($id: ID!) { node(id: $id) { ... on %s { %s } } }"
#: What each mutation is given, and which of its payload's fields are compared.
GIVEN = {
    "sendMessage": ({"body": "x", "replyTo": 1}, ["sent", "conversation"]),
    "editMessage": ({"message": 2, "body": "x", "mentions": []}, ["edited"]),
    "retractMessage": ({"message": 2}, ["retracted"]),
    "removeMessage": ({"message": 3}, ["removed"]),
    "react": ({"message": 3, "emoji": "👍"}, ["reacted"]),
    "unreact": ({"message": 1, "emoji": "👍"}, ["unreacted"]),
    "clearConversation": ({}, ["participation"]),
    "setNotifications": ({"mutedUntil": "2100-01-01T00:00:00Z"}, ["participation"]),
    "archiveConversation": ({}, ["participation"]),
    "unarchiveConversation": ({}, ["participation"]),
    "pinConversation": ({}, ["participation"]),
    "unpinConversation": ({}, ["participation"]),
    "markRead": ({"number": 3}, ["participation"]),
    "markUnread": ({}, ["participation"]),
    "renameConversation": ({"title": "x"}, ["conversation"]),
    "updateConversation": ({"description": "x", "data": {"a": [1.5]}}, ["conversation"]),
    "leaveConversation": ({}, ["conversation"]),
    "reportMessage": ({"message": 3, "why": "x"}, ["reported"]),
    "inviteParticipants": ({"participants": "dave"}, ["conversation"]),
    "removeParticipant": ({"participant": "bob"}, ["participation"]),
    "changeRole": ({"participant": "bob", "role": "ADMIN"}, ["participation"]),
}


@pytest.fixture
def ours(alice, bob, carol, settings):
    limits = ("MAX_DEPTH", "MAX_FIELDS", "MAX_REPEATS", "MAX_TOKENS", "MAX_COST")
    settings.TALK = {**settings.TALK, **dict.fromkeys(limits, 10**9)}
    ours = group(alice, bob, carol, title="Ours")
    first = ours.participation_of(bob).send("one", mentions=[alice])
    mine = ours.participation_of(alice).send("two", mentions=[carol], reply_to=1)
    ours.participation_of(alice).react(first, "👍")
    ours.participation_of(carol).react(mine, "❤")
    ours.participation_of(bob).send("three", mentions=[alice], reply_to=2)
    return ours


def filled(given, ours, people):
    found = dict(given)
    if "message" in found:
        found["message"] = gid(ours.messages.get(number=found["message"]))
    else:
        found["conversationId"] = gid(ours)
    if "participants" in found:
        found["participants"] = [gid(people[found["participants"]])]
    if "participant" in found:
        found["participant"] = gid(people[found["participant"]])
    return found


def test_so_is_that_of_a_message_that_is_sent_again(gql, alice, ours, caplog):
    sent = {"conversationId": gid(ours), "body": "x", "clientId": str(uuid.uuid4())}
    selected = f"sent {{ {SHOWN['Message']} }} conversation {{ {SHOWN['Conversation']} }}"
    first = act(gql(alice), "sendMessage", selected, **sent)

    assert act(gql(alice), "sendMessage", selected, **sent) == first
    assert "A plan failed" not in caplog.text


@pytest.mark.parametrize("name", GIVEN)
def test_a_payload_is_what_a_query_shows_afterwards(gql, alice, bob, dave, ours, name, caplog):
    ask = gql(alice)
    given, fields = GIVEN[name]
    payload = TYPES[f"{name[0].upper()}{name[1:]}Payload"]
    kinds = {each: get_named_type(payload.fields[each].type).name for each in fields}
    selected = " ".join(f"{each} {{ {SHOWN[kind]} }}" for each, kind in kinds.items())

    answer = act(ask, name, selected, **filled(given, ours, {"bob": bob, "dave": dave}))

    assert "code" not in answer, answer
    for each, kind in kinds.items():
        fresh = ok(ask(NODE % (kind, SHOWN[kind]), id=answer[each]["id"]))["node"]
        assert answer[each] == fresh
    assert "A plan failed" not in caplog.text
