"""What clients are shown of a group that they are asked to join, and how they answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .asking import act, gid, group, nodes, ok, refusal, say

pytestmark = pytest.mark.django_db

INVITATIONS = """{ invitations(first: 20) { totalCount edges { node { status invitedBy { username }
    leftAtNumber unreadCount user { username } conversation { title lastNumber revision
    latestMessage { body } participantCount
    participants(first: 10) { edges { node { user { username } } } }
    messages(last: 10) { edges { node { body } } } } } } } }"""


@pytest.fixture(autouse=True)
def they_are_asked(settings):
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}


@pytest.fixture
def ours(alice, bob):
    conversation = group(alice, bob, title="Ours", says=["secret"])
    say(alice, conversation, "also secret")
    return conversation


@pytest.mark.usefixtures("ours")
def test_who_is_asked_sees_by_whom_to_what_and_with_whom(gql, bob):
    found = ok(gql(bob)(INVITATIONS))["invitations"]

    assert found["totalCount"] == 1
    (place,) = nodes(found)
    conversation = place.pop("conversation")
    assert place == {
        "status": "INVITED",
        "invitedBy": {"username": "alice"},
        "leftAtNumber": 0,
        "unreadCount": 0,
        "user": {"username": "bob"},
    }
    members = nodes(conversation.pop("participants"))
    assert [each["user"]["username"] for each in members] == ["alice"]
    assert conversation == {
        "title": "Ours",
        "lastNumber": 0,
        "revision": 0,
        "latestMessage": None,
        "participantCount": 1,
        "messages": {"edges": []},
    }


def test_who_is_asked_does_not_see_what_members_read_and_when(gql, ours, alice, bob):
    asked = """{ invitations(first: 1) { edges { node { conversation {
        participants(first: 9) { edges { node { id lastReadNumber lastActivityAt joinedAt } } }
        } } } } }"""
    seen_by_members = ours.participation_of(alice)
    assert seen_by_members.last_read_number > 0
    assert seen_by_members.last_activity_at > seen_by_members.joined_at

    (place,) = nodes(ok(gql(bob)(asked))["invitations"])

    (member,) = nodes(place["conversation"]["participants"])
    assert member["lastReadNumber"] is None
    assert member["lastActivityAt"] == member["joinedAt"]
    by_id = "query($id: ID!) { node(id: $id) { ... on Participation { lastReadNumber } } }"
    assert ok(gql(bob)(by_id, id=member["id"]))["node"]["lastReadNumber"] is None


def test_who_is_asked_does_not_see_how_many_messages_there_are(gql, ours, alice, bob, carol):
    ours.participation_of(alice).invite([carol])
    ours.participation_of(carol).accept()
    newcomer = ours.participation_of(carol)
    assert newcomer.joined_at_number > 0
    asked = """{ invitations(first: 1) { edges { node { conversation { lastNumber
        participants(first: 9) { edges { node { joinedAtNumber } } } } } } } }"""

    (place,) = nodes(ok(gql(bob)(asked))["invitations"])

    assert place["conversation"]["lastNumber"] == 0
    members = nodes(place["conversation"]["participants"])
    assert [each["joinedAtNumber"] for each in members] == [0, 0]
    by_id = "query($id: ID!) { node(id: $id) { ... on Participation { joinedAtNumber } } }"
    assert ok(gql(bob)(by_id, id=gid(newcomer)))["node"]["joinedAtNumber"] == 0
    assert ok(gql(alice)(by_id, id=gid(newcomer)))["node"]["joinedAtNumber"] > 0


def test_who_is_asked_sees_of_those_who_are_gone_nothing_by_id_either(gql, ours, alice, bob, carol):
    ours.participation_of(alice).invite([carol])
    ours.participation_of(carol).accept()
    by_id = "query($id: ID!) { node(id: $id) { ... on Participation { status } } }"

    def seen(user, *, by):
        return ok(gql(by)(by_id, id=gid(ours.participation_of(user))))["node"]

    assert seen(carol, by=bob) == {"status": "ACTIVE"}
    ours.participation_of(carol).leave()

    assert seen(carol, by=alice) == {"status": "LEFT"}
    assert seen(carol, by=bob) is None
    assert seen(bob, by=bob) == {"status": "INVITED"}


def test_it_is_accepted(gql, ours, bob):
    fields = "participation { status conversation { messages { edges { node { body } } } } }"

    answer = act(gql(bob), "acceptInvitation", fields, conversationId=gid(ours))

    assert answer["participation"]["status"] == "ACTIVE"
    said = nodes(answer["participation"]["conversation"]["messages"])
    assert [each["body"] for each in said] == ["secret", "also secret", ""]
    assert ok(gql(bob)(INVITATIONS))["invitations"]["totalCount"] == 0


def test_it_is_declined(gql, ours, alice, bob, carol):
    answer = act(
        gql(bob), "declineInvitation", "participation { status }", conversationId=gid(ours)
    )

    assert answer == {"participation": {"status": "DECLINED"}}
    assert refusal(gql(bob), "acceptInvitation", conversationId=gid(ours))[0] == "NOT_INVITED"
    assert refusal(gql(carol), "acceptInvitation", conversationId=gid(ours))[0] == "NOT_FOUND"


def test_members_see_who_is_asked_and_not_by_whom(gql, ours, alice):
    query = """query ($id: ID!) { conversation(id: $id) { participants(status: INVITED) {
        edges { node { user { username } invitedBy { username } } } } } }"""

    found = ok(gql(alice)(query, id=gid(ours)))["conversation"]

    assert nodes(found["participants"]) == [{"user": {"username": "bob"}, "invitedBy": None}]


def test_many_invitations_cost_the_same(gql, alice, bob):
    costs = []
    for more in (1, 9):
        for number in range(more):
            group(alice, bob, title=f"{more}.{number}", says=["x"])
        with CaptureQueriesContext(connection) as captured:
            ok(gql(bob)(INVITATIONS))
        costs.append(len(captured))

    assert costs[0] == costs[1]
