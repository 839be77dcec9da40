"""What can be done: what each mutation answers, and how it refuses."""

import uuid

import pytest
from django.db import connection

from schema.types import upgrades
from talk.models import Conversation, Participation

from .asking import act, document, gid, group, leave, private, refusal, say

pytestmark = pytest.mark.django_db

SENT = "sent { body number sender { username } clientId } conversation { id kind } upgraded"


def remove(user, conversation):
    conversation.participation_of(user).remove()


class TestSendMessage:
    def test_to_people_starts_their_conversation_and_finds_it_again(self, gql, alice, bob):
        ask = gql(alice)

        first = act(ask, "sendMessage", SENT, to=[gid(bob)], body=" Hello ")
        again = act(ask, "sendMessage", SENT, to=[gid(bob), gid(bob)], body="Hello?")

        conversation = Conversation.objects.get()
        assert first == {
            "sent": {"body": "Hello", "number": 1, "sender": {"username": "alice"}}
            | {"clientId": None},
            "conversation": {"id": gid(conversation), "kind": "PRIVATE"},
            "upgraded": False,
        }
        assert again["conversation"]["id"] == gid(conversation)
        assert again["sent"]["number"] == 2

    def test_to_several_people_is_to_their_group(self, gql, alice, bob, carol):
        sent = act(gql(alice), "sendMessage", SENT, to=[gid(bob), gid(carol)], body="Hi")

        assert sent["conversation"]["kind"] == "GROUP"

    def test_in_a_conversation_takes_in_whom_it_invites(self, gql, alice, bob, carol, dave):
        conversation = group(alice, bob, carol)

        sent = act(
            gql(alice),
            "sendMessage",
            SENT,
            conversationId=gid(conversation),
            invite=[gid(dave)],
            body="Welcome",
        )

        assert (sent["sent"]["number"], sent["upgraded"]) == (2, False)
        assert conversation.participation_of(dave).is_active

    def test_naming_new_people_in_a_private_conversation_upgrades_it(self, gql, alice, bob, carol):
        conversation = private(alice, bob, "between us")

        sent = act(
            gql(alice),
            "sendMessage",
            "upgraded conversation { id kind participantCount upgradedFrom { id } }",
            conversationId=gid(conversation),
            invite=[gid(carol)],
            body="All of us",
        )

        assert sent["upgraded"]
        assert sent["conversation"].pop("id") != gid(conversation)
        assert sent["conversation"] == {
            "kind": "GROUP",
            "participantCount": 3,
            "upgradedFrom": {"id": gid(conversation)},
        }

    def test_a_retry_with_the_same_client_id_sends_nothing_twice(self, gql, alice, bob):
        ask, client_id = gql(alice), str(uuid.uuid4())
        asked = {"to": [gid(bob)], "body": "Once", "clientId": client_id}

        first = act(ask, "sendMessage", SENT, **asked)
        again = act(ask, "sendMessage", SENT, **asked)

        assert first == again
        assert first["sent"]["clientId"] == client_id
        assert refusal(ask, "sendMessage", **asked | {"body": "Twice"}) == (
            "CLIENT_ID_REUSED",
            ["clientId"],
        )

    def test_who_left_or_was_removed_sends_nothing(self, gql, alice, bob, carol):
        conversation = group(alice, bob, carol)
        leave(bob, conversation)
        remove(carol, conversation)

        for gone in (bob, carol):
            refused = refusal(
                gql(gone), "sendMessage", conversationId=gid(conversation), body="Still here"
            )
            assert refused == ("NOT_A_PARTICIPANT", [])


class TestStartConversation:
    def test_a_group_is_always_a_new_one(self, gql, alice, bob):
        started = [
            act(
                gql(alice),
                "startConversation",
                "conversation { id kind title lastNumber viewerParticipation { role } }",
                participants=[gid(bob)],
                title=" Two\nof us ",
            )["conversation"]
            for _ in range(2)
        ]

        assert started[0].pop("id") != started[1].pop("id")
        assert started[0] == {
            "kind": "GROUP",
            "title": "Two of us",
            "lastNumber": 0,
            "viewerParticipation": {"role": "OWNER"},
        }

    def test_two_people_have_one_private_conversation(self, gql, alice, bob):
        started = [
            act(
                gql(user),
                "startConversation",
                "conversation { id }",
                participants=[gid(other)],
                kind="PRIVATE",
            )
            for user, other in ((alice, bob), (bob, alice))
        ]

        assert started[0] == started[1]

    def test_a_private_conversation_is_of_two_and_has_no_title(self, gql, alice, bob, carol):
        start = {"kind": "PRIVATE", "participants": [gid(bob)]}
        ask = gql(alice)

        titled = refusal(ask, "startConversation", **start, title="Us")
        of_three = refusal(
            ask, "startConversation", **start | {"participants": [gid(bob), gid(carol)]}
        )

        assert titled == ("PRIVATE_CONVERSATION", ["title"])
        assert of_three[0] == "TOO_MANY_PARTICIPANTS"

    def test_a_title_has_at_most_200_characters(self, gql, alice, bob):
        asked = {"participants": [gid(bob)]}
        assert "code" not in act(gql(alice), "startConversation", title="x" * 200, **asked)

        refused = refusal(gql(alice), "startConversation", title="x" * 201, **asked)

        assert refused == ("INVALID_TITLE", ["title"])


class TestInviteParticipants:
    def test_a_group_takes_people_in_and_back(self, gql, alice, bob, carol, dave):
        conversation = group(alice, bob, carol)
        leave(carol, conversation)

        invited = act(
            gql(bob),
            "inviteParticipants",
            "upgraded conversation { id participantCount }",
            conversationId=gid(conversation),
            participants=[gid(carol), gid(dave), gid(alice)],
        )

        assert invited == {
            "upgraded": False,
            "conversation": {"id": gid(conversation), "participantCount": 4},
        }

    def test_a_private_conversation_stays_and_is_upgraded(self, gql, alice, bob, carol):
        conversation = private(alice, bob)

        invited = act(
            gql(alice),
            "inviteParticipants",
            "upgraded conversation { kind upgradedFrom { id } }",
            conversationId=gid(conversation),
            participants=[gid(carol)],
        )

        assert invited["upgraded"]
        assert invited["conversation"] == {
            "kind": "GROUP",
            "upgradedFrom": {"id": gid(conversation)},
        }

    def test_who_left_invites_nobody_not_even_themselves(self, gql, alice, bob, carol):
        conversation = group(alice, bob)
        leave(bob, conversation)

        for invited in (bob, carol):
            refused = refusal(
                gql(bob),
                "inviteParticipants",
                conversationId=gid(conversation),
                participants=[gid(invited)],
            )
            assert refused == ("NOT_A_PARTICIPANT", [])

    def test_who_was_removed_is_not_brought_back_by_a_member(self, gql, alice, bob, carol):
        conversation = group(alice, bob, carol)
        remove(carol, conversation)
        asked = {"conversationId": gid(conversation), "participants": [gid(carol)]}

        assert refusal(gql(bob), "inviteParticipants", **asked) == ("NOT_ALLOWED", [])
        assert "code" not in act(gql(alice), "inviteParticipants", **asked)


def test_a_verb_that_is_refused_changes_nothing(gql, alice, bob, carol):
    conversation = group(alice, bob)
    before = Conversation.objects.values().get(), list(Participation.objects.values())

    refusal(
        gql(alice),
        "sendMessage",
        conversationId=gid(conversation),
        invite=[gid(carol)],
        body=" ",
    )

    assert (Conversation.objects.values().get(), list(Participation.objects.values())) == before
    assert say(bob, conversation).number == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_answered_as_done_is_kept_whatever_of_it_can_be_shown(gql, alice, bob, monkeypatch):
    """Also where requests are transactions, of which none is kept with an error in it."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    def fail(info):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing")

    monkeypatch.setattr(upgrades, "_own", fail)
    conversation = group(alice, bob)
    sending = document("sendMessage", "sent { number } conversation { upgradedFrom { id } }")

    answer = gql(alice)(sending, input={"conversationId": gid(conversation), "body": "Hello"})

    assert answer["errors"]
    sent = answer["data"]["sendMessage"]["sent"]
    assert conversation.messages.get(number=sent["number"]).body == "Hello"
