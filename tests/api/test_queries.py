"""What can be asked, besides the inbox and messages, and what comes back."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from talk.models import AccessToken, Conversation

from .asking import gid, group, leave, nodes, ok, private

pytestmark = pytest.mark.django_db

USERS = """
query ($search: String!, $first: Int, $after: String) {
  users(search: $search, first: $first, after: $after) {
    edges { node { id username name } } pageInfo { hasNextPage endCursor }
  }
}
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


class TestViewer:
    def test_the_viewer_is_who_asks(self, gql, alice):
        answer = ok(gql(alice)("{ viewer { id username name } }"))

        assert answer["viewer"] == {"id": gid(alice), "username": "alice", "name": "Alice"}

    def test_somebody_without_a_name_goes_by_the_user_name(self, gql, alice):
        alice.first_name = ""
        alice.save()

        assert ok(gql(alice)("{ viewer { name } }"))["viewer"]["name"] == "alice"


class TestConversation:
    DOCUMENT = """
    query ($id: ID!) { conversation(id: $id) {
      id kind title lastNumber revision startedAt participantCount
      latestMessage { body number sender { username } }
      viewerParticipation { role status firstUnreadNumber unreadCount user { username } }
      participants { edges { node { role user { username } } } }
    } }
    """

    def test_a_conversation_shows_all_of_it_to_its_members(self, gql, alice, bob, carol):
        conversation = group(alice, bob, carol, title="Lunch", says=["Hungry?"])

        shown = ok(gql(bob)(self.DOCUMENT, id=gid(conversation)))["conversation"]

        assert shown.pop("startedAt")
        assert {each["user"]["username"] for each in nodes(shown.pop("participants"))} == {
            "alice",
            "bob",
            "carol",
        }
        assert shown == {
            "id": gid(conversation),
            "kind": "GROUP",
            "title": "Lunch",
            "lastNumber": 1,
            "revision": 2,
            "participantCount": 3,
            "latestMessage": {"body": "Hungry?", "number": 1, "sender": {"username": "alice"}},
            "viewerParticipation": {
                "role": "MEMBER",
                "status": "ACTIVE",
                "firstUnreadNumber": 1,
                "unreadCount": 1,
                "user": {"username": "bob"},
            },
        }

    def test_a_conversation_without_words_has_no_latest_message(self, gql, alice, bob):
        conversation = Conversation.objects.between(alice, bob)

        shown = ok(gql(bob)(self.DOCUMENT, id=gid(conversation)))["conversation"]

        assert (shown["latestMessage"], shown["lastNumber"]) == (None, 0)

    def test_participants_come_in_pages_and_by_status(self, gql, alice, bob, carol, dave):
        conversation = group(alice, bob, carol, dave)
        leave(carol, conversation)
        page = """
        query ($id: ID!, $after: String, $status: ParticipationStatus! = ACTIVE) {
          conversation(id: $id) { participants(first: 2, after: $after, status: $status) {
            edges { cursor node { user { username } } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          } }
        }
        """
        ask = gql(alice)

        def names(**variables):
            answer = ok(ask(page, id=gid(conversation), **variables))
            shown = answer["conversation"]["participants"]
            return [node["user"]["username"] for node in nodes(shown)], shown["pageInfo"]

        first, info = names()
        second, rest = names(after=info["endCursor"])

        assert (first, second) == (["alice", "bob"], ["dave"])
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (False, True)
        assert (rest["hasPreviousPage"], rest["hasNextPage"]) == (True, False)
        assert names(status="LEFT")[0] == ["carol"]
        assert names(status="REMOVED")[0] == []


class TestUsers:
    def found(self, ask, search):
        return [node["username"] for node in nodes(ok(ask(USERS, search=search))["users"])]

    def test_people_are_found_by_the_beginnings_of_their_names(self, gql, alice, bob, carol):
        bob.last_name = "Carolson"
        bob.save()
        ask = gql(alice)

        assert self.found(ask, "CAROL") == ["bob", "carol"]
        assert self.found(ask, " bo ") == ["bob"]
        assert self.found(ask, "nobody") == []
        assert self.found(ask, "x" * 60_000) == []

    def test_neither_oneself_nor_the_deactivated_are_found(self, gql, alice, bob, carol):
        carol.is_active = False
        carol.save()

        assert self.found(gql(alice), "") == ["bob"]

    def test_an_address_is_not_searched(self, gql, alice, bob):
        assert self.found(gql(alice), "example.com") == []

    def test_a_project_says_what_is_searched(self, gql, alice, bob, settings):
        settings.TALK = {**settings.TALK, "USER_SEARCH_FIELDS": ("email",)}
        call_command("refresh_names")

        assert self.found(gql(alice), "bob@example") == ["bob"]

    def test_people_come_in_pages(self, gql, alice, bob, carol, dave):
        ask = gql(alice)
        page = ok(ask(USERS, search="", first=2))["users"]
        rest = ok(ask(USERS, search="", first=2, after=page["pageInfo"]["endCursor"]))["users"]

        assert [node["username"] for node in nodes(page) + nodes(rest)] == ["bob", "carol", "dave"]
        assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


class TestNode:
    def test_everything_with_an_id_is_found_by_it(self, gql, alice, bob):
        conversation = private(alice, bob, "hi")
        token, _secret = AccessToken.objects.issue(alice, "phone")
        rows = [
            alice,
            bob,
            conversation,
            conversation.messages.get(),
            conversation.participation_of(alice),
            conversation.participation_of(bob),
            token,
        ]
        ask = gql(alice)

        for row in rows:
            node = ok(ask(NODE, id=gid(row)))["node"]

            assert node["id"] == gid(row)
        assert node["__typename"] == "AccessToken"

    def test_a_token_is_shown_to_its_owner_alone(self, gql, alice, bob):
        token, _secret = AccessToken.objects.issue(alice, "phone")

        assert ok(gql(bob)(NODE, id=gid(token)))["node"] is None


def test_access_tokens_are_the_viewers_own_the_newest_first(gql, alice, bob):
    AccessToken.objects.issue(alice, "old")
    AccessToken.objects.issue(alice, "new", timezone.now() + timedelta(days=1))
    AccessToken.objects.issue(bob, "somebody else's")
    AccessToken.objects.issue(alice, "revoked")[0].revoke()

    tokens = ok(gql(alice)("{ accessTokens { name prefix createdAt expiresAt lastUsedAt } }"))[
        "accessTokens"
    ]

    assert [token["name"] for token in tokens] == ["new", "old"]
    assert all(token["prefix"].startswith("talk_") for token in tokens)
