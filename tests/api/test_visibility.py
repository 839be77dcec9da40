"""What is shown to whom: strangers nothing, and who is gone nothing new."""

from datetime import timedelta

import pytest
from django.utils import timezone

from talk.models import AccessToken, Conversation, Message, Participation
from talk.privacy import erase

from .asking import document, gid, group, leave, nodes, ok, private, say

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

EVERYTHING = """
fragment Somebody on User { id username name }
fragment Said on Message {
  id number messageKind: kind body sentAt clientId sender { ...Somebody } subject { ...Somebody }
  conversation { id title lastNumber revision }
}
fragment Place on Participation {
  id role status joinedAt leftAt leftAtNumber lastReadNumber lastActivityAt unreadCount
  firstUnreadNumber markedUnreadAt user { ...Somebody }
  conversation { id title lastNumber revision }
}
fragment Talk on Conversation {
  id kind startedAt title lastNumber revision participantCount
  latestMessage { ...Said } viewerParticipation { ...Place }
  upgradedFrom { id } upgradedTo { id }
  participants { edges { node { ...Place } } }
  left: participants(status: LEFT) { edges { node { ...Place } } }
  messages { edges { node { ...Said } } pageInfo { hasNextPage } }
}
query ($id: ID!) { node(id: $id) { __typename ...Talk ...Said ...Place ...Somebody } }
"""
CONVERSATION = EVERYTHING.replace("node(id: $id) {", "conversation(id: $id) {").replace(
    " ...Said ...Place ...Somebody } }", " } }"
)

AROUND = """query ($id: ID!, $around: MessagesAround!, $first: Int!) { conversation(id: $id) {
    messages(around: $around, first: $first) {
        edges { cursor node { number } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
} }"""


def shown(ask, row):
    return ok(ask(EVERYTHING, id=gid(row)))["node"]


def names(connection):
    return [node["user"]["username"] for node in nodes(connection)]


def without_ids(answer, *rows):
    """An answer in which the ids of these rows are all the same."""
    text = repr(answer)
    for row in rows:
        text = text.replace(gid(row), "ID")
    return text


@pytest.fixture
def conversation(alice, bob, carol, dave):
    """A group in which much happened after Carol had left and Dave had been removed."""
    conversation = group(alice, bob, carol, dave, title="Before", says=["old"])
    leave(carol, conversation)
    conversation.participation_of(dave).remove()
    return conversation


@pytest.fixture
def go_on(alice, bob, erin):
    """Do everything that can be done in a conversation."""

    def go_on(conversation):
        place = conversation.participation_of(alice)
        say(bob, conversation, "news")
        place.invite([erin])
        place.rename("After")
        conversation.participation_of(bob).read()
        conversation.participation_of(bob).change_role(Participation.Role.ADMIN, by=place)
        leave(bob, conversation)
        place.mark_unread()

    return go_on


class TestWhoIsGone:
    @pytest.mark.parametrize(("name", "number"), [("carol", 2), ("dave", 3)])
    def test_they_keep_what_they_had_and_see_nothing_new(
        self, request, gql, conversation, go_on, name, number
    ):
        ask = gql(request.getfixturevalue(name))
        before = shown(ask, conversation)
        assert before["title"] == "Before"
        assert before["lastNumber"] == before["latestMessage"]["number"] == number
        assert [node["number"] for node in nodes(before["messages"])] == [1, 2, 3][:number]

        go_on(conversation)

        assert Conversation.objects.get().title == "After"
        assert shown(ask, conversation) == before

    @pytest.mark.parametrize("name", ["carol", "dave", "erin"])
    def test_what_they_look_for_beyond_their_end_is_at_their_end(
        self, request, gql, alice, bob, erin, conversation, settings, name
    ):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        conversation.participation_of(alice).invite([erin])
        ask = gql(request.getfixturevalue(name))
        now = timezone.now()
        beyond = [{"time": (now + timedelta(microseconds=each)).isoformat()} for each in range(5)]
        beyond += [{"number": each} for each in (4, 5, 1000)] + [{"firstUnread": True}]

        def looked_for():
            return [
                ok(ask(AROUND, id=gid(conversation), around=around, first=first))
                for around in beyond
                for first in range(6)
            ]

        before = looked_for()
        for microseconds in (2, 4):
            message = say(bob, conversation, "news")
            message.sent_at = now + timedelta(microseconds=microseconds)
            message.save()

        assert looked_for() == before

    def test_they_see_who_took_part_then(self, gql, carol, dave, conversation, go_on):
        go_on(conversation)

        seen = [shown(gql(user), conversation) for user in (carol, dave)]

        assert [each["participantCount"] for each in seen] == [3, 2]
        assert [names(each["participants"]) for each in seen] == [
            ["alice", "bob", "dave"],
            ["alice", "bob"],
        ]
        assert [names(each["left"]) for each in seen] == [["carol"]] * 2
        removed = """query ($id: ID!) { conversation(id: $id) {
            participants(status: REMOVED) { edges { node { user { username } } } } } }"""
        for user, gone in ((carol, []), (dave, ["dave"])):
            answer = ok(gql(user)(removed, id=gid(conversation)))
            assert names(answer["conversation"]["participants"]) == gone

    def test_nothing_tells_what_became_of_the_others(self, gql, alice, bob, carol, conversation):
        bobs = conversation.participation_of(bob)
        ask = gql(carol)
        before = shown(ask, bobs)
        assert before["status"] == "ACTIVE"

        for act in (bobs.leave, bobs.reinstate, lambda: bobs.change_role("admin"), bobs.suspend):
            act()
            assert shown(ask, bobs) == before
            assert before["id"] in repr(shown(ask, conversation)["participants"])

    def test_who_is_erased_is_named_no_more(self, gql, alice, bob, carol, conversation):
        erase(bob, "He asked for it.")

        seen = shown(gql(carol), conversation)

        assert names(seen["participants"]) == ["alice", "dave"]
        assert seen["participantCount"] == 2

    def test_the_new_is_not_there_by_its_id_either(
        self, gql, alice, carol, erin, conversation, go_on
    ):
        go_on(conversation)
        ask = gql(carol)

        for message in conversation.messages.all():
            assert bool(shown(gql(alice), message))
            assert bool(shown(ask, message)) == (message.number <= 2)
        for place in conversation.participations.all():
            assert bool(shown(gql(alice), place))
            assert bool(shown(ask, place)) == (place.user != erin)

    def test_it_is_out_of_their_inbox(self, gql, carol, dave, conversation):
        for user in (carol, dave):
            answer = ok(gql(user)("{ unreadTotal inbox { totalCount edges { node { id } } } }"))
            assert answer == {"unreadTotal": 0, "inbox": {"totalCount": 0, "edges": []}}

    def test_who_is_back_sees_all_of_it(self, gql, carol, conversation, go_on, alice):
        go_on(conversation)
        conversation.participation_of(carol).reinstate(by=conversation.participation_of(alice))

        seen = shown(gql(carol), conversation)

        conversation.refresh_from_db()
        assert seen["title"] == "After"
        assert (seen["lastNumber"], seen["revision"]) == (
            conversation.last_number,
            conversation.revision,
        )
        assert len(seen["messages"]["edges"]) == conversation.last_number


class TestStrangers:
    def test_what_is_not_theirs_is_answered_like_what_is_not_there(
        self, gql, alice, erin, conversation
    ):
        token, _secret = AccessToken.objects.issue(alice, "phone")
        message, place = conversation.messages.first(), conversation.participation_of(alice)
        ask = gql(erin)

        for row in (conversation, message, place, token):
            none = type(row)(pk=987_654_321)
            for asked in (EVERYTHING, CONVERSATION) if row is conversation else (EVERYTHING,):
                there = ask(asked, id=gid(row))
                nowhere = ask(asked, id=gid(none))

                assert without_ids(there, row) == without_ids(nowhere, none)
                assert list(ok(there).values()) == [None]

    @pytest.mark.parametrize(
        ("mutation", "asked"),
        [
            ("sendMessage", {"body": "Hi"}),
            ("sendMessage", {"body": ""}),
            ("sendMessage", {"body": "Hi", "invite": ["erin"]}),
            ("inviteParticipants", {"participants": ["erin"]}),
            ("inviteParticipants", {"participants": ["alice"]}),
            ("leaveConversation", {}),
            ("removeParticipant", {"participant": "alice"}),
            ("removeParticipant", {"participant": "erin"}),
            ("reinstateParticipant", {"participant": "carol"}),
            ("reinstateParticipant", {"participant": "erin"}),
            ("changeRole", {"participant": "erin", "role": "OWNER"}),
            ("renameConversation", {"title": "Mine"}),
            ("renameConversation", {"title": ""}),
            ("markRead", {}),
            ("markRead", {"number": 1}),
            ("markRead", {"number": 1000}),
            ("markUnread", {}),
        ],
    )
    def test_what_is_not_theirs_is_acted_on_like_what_is_not_there(
        self, request, gql, alice, bob, erin, conversation, mutation, asked
    ):
        def named(value):
            match value:
                case [name]:
                    return [gid(request.getfixturevalue(name))]
                case "alice" | "carol" | "erin":
                    return gid(request.getfixturevalue(value))
            return value

        asked = {name: named(value) for name, value in asked.items()}
        none = Conversation(pk=987_654_321)
        ask = gql(erin)

        for row in (conversation, private(alice, bob, "between us")):
            there = ask(document(mutation), input=asked | {"conversationId": gid(row)})
            nowhere = ask(document(mutation), input=asked | {"conversationId": gid(none)})

            assert there == nowhere
            answer = ok(there)[mutation]
            assert (answer["code"], answer["path"]) == ("NOT_FOUND", ["conversationId"])
        assert not conversation.participations.filter(user=erin).exists()

    def test_searching_people_tells_nothing_of_their_conversations(self, gql, erin, conversation):
        answer = gql(erin)('{ users(search: "alice") { edges { node { __typename } } } }')

        assert nodes(ok(answer)["users"]) == [{"__typename": "User"}]


class TestUpgrades:
    def test_they_are_shown_to_members_of_both(self, gql, alice, bob, carol):
        conversation = private(alice, bob, "between us")
        upgraded = conversation.participation_of(alice).invite([carol])
        assert upgraded.upgraded_from == conversation

        for user in (alice, bob):
            assert shown(gql(user), upgraded)["upgradedFrom"] == {"id": gid(conversation)}
            assert shown(gql(user), conversation)["upgradedTo"] == [{"id": gid(upgraded)}]
        assert shown(gql(carol), upgraded)["upgradedFrom"] is None

    def test_who_was_never_in_the_group_does_not_see_it(self, gql, alice, bob, carol, dave):
        conversation = private(alice, bob, "between us")
        upgraded = conversation.participation_of(alice).invite([carol])
        upgraded.participations.filter(user=bob).delete()

        assert shown(gql(bob), conversation)["upgradedTo"] == []

    def test_the_history_stays_behind(self, gql, alice, bob, carol):
        conversation = private(alice, bob, "between us")
        upgraded = conversation.participation_of(alice).invite([carol])

        seen = shown(gql(carol), upgraded)

        assert "between us" not in repr(seen)
        assert shown(gql(carol), Message.objects.get(body="between us")) is None


def test_read_state_is_ones_own(gql, alice, bob, carol):
    conversation = group(bob, alice, carol, says=["1"])
    conversation.participation_of(alice).mark_unread()
    asked = "unreadCount firstUnreadNumber markedUnreadAt"
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Participation {{ {asked} }} }} }}"

    def state(user):
        return ok(gql(user)(query, id=gid(conversation.participation_of(alice))))["node"]

    assert None not in state(alice).values()
    assert set(state(carol).values()) == {None}


def test_a_client_id_is_ones_own(gql, alice, bob):
    conversation = private(alice, bob)
    client_id = "00000000-0000-4000-8000-000000000001"
    message = conversation.participation_of(alice).send("Hi", client_id=client_id)

    assert shown(gql(alice), message)["clientId"] == client_id
    assert shown(gql(bob), message)["clientId"] is None
