"""Whom somebody blocked: what clients are shown, and how they ask for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Block

from .asking import act, gid, group, nodes, ok, private, refusal, say

pytestmark = pytest.mark.django_db

PAGE = """query ($id: ID!) { conversation(id: $id) {
    messages { edges { node { number body hidden sender { username } } } } } }"""


def page(ask, conversation):
    messages = nodes(ok(ask(PAGE, id=gid(conversation)))["conversation"]["messages"])
    return [(each["body"], each["hidden"]) for each in messages]


@pytest.fixture
def ours(alice, bob, carol):
    conversation = group(alice, bob, carol, title="Ours")
    say(bob, conversation, "secret")
    say(carol, conversation, "public")
    return conversation


def test_what_they_said_is_hidden_from_who_blocked_them_alone(gql, ours, alice, bob, carol):
    answer = act(gql(alice), "blockUser", "user { username blocked }", user=gid(bob))

    assert answer == {"user": {"username": "bob", "blocked": True}}
    assert page(gql(alice), ours) == [("", True), ("public", False)]
    for other in (bob, carol):
        assert page(gql(other), ours) == [("secret", False), ("public", False)]


def test_it_is_shown_again_once_the_block_is_over(gql, ours, alice, bob):
    act(gql(alice), "blockUser", user=gid(bob))
    answer = act(gql(alice), "unblockUser", "user { blocked }", user=gid(bob))

    assert answer == {"user": {"blocked": False}}
    assert page(gql(alice), ours) == [("secret", False), ("public", False)]


def test_one_can_ask_for_what_is_hidden(gql, ours, alice, bob):
    Block.objects.block(alice, bob)

    answer = ok(gql(alice)(PAGE.replace("body", "body(unhide: true)"), id=gid(ours)))

    first, second = nodes(answer["conversation"]["messages"])
    assert (first["body"], first["hidden"]) == ("secret", True)
    assert (second["body"], second["hidden"]) == ("public", False)


def test_the_latest_message_of_an_inbox_is_hidden_too(gql, ours, alice, bob):
    Block.objects.block(alice, bob)
    say(bob, ours, "latest")

    (place,) = nodes(
        ok(gql(alice)("{ inbox { edges { node { conversation { latestMessage { body } } } } } }"))[
            "inbox"
        ]
    )

    assert place["conversation"]["latestMessage"] == {"body": ""}


def test_what_they_did_is_shown(gql, ours, alice, bob, dave):
    Block.objects.block(alice, bob)
    ours.participation_of(bob).invite([dave])
    ours.participation_of(bob).leave()

    assert page(gql(alice), ours)[2:] == [("", False), ("", False)]


def test_they_do_not_find_who_blocked_them(gql, alice, bob, carol):
    Block.objects.block(alice, bob)
    search = '{ users(search: "") { edges { node { username } } } }'

    def found(user):
        return [each["username"] for each in nodes(ok(gql(user)(search))["users"])]

    assert found(bob) == ["carol"]
    assert found(alice) == ["bob", "carol"]


def test_one_sees_whom_one_blocked_and_nobody_who_blocked_one(gql, alice, bob, carol):
    for blocked in (bob, carol):
        Block.objects.block(alice, blocked)
    asked = "{ blockedUsers { totalCount edges { node { username blocked } } } }"

    assert nodes(ok(gql(alice)(asked))["blockedUsers"]) == [
        {"username": "carol", "blocked": True},
        {"username": "bob", "blocked": True},
    ]
    assert ok(gql(bob)(asked))["blockedUsers"]["totalCount"] == 0
    group(alice, bob)
    query = "query ($id: ID!) { node(id: $id) { ... on User { blocked } } }"
    assert ok(gql(bob)(query, id=gid(alice)))["node"] == {"blocked": False}


def test_what_can_not_be_is_refused(gql, alice, bob):
    assert refusal(gql(alice), "blockUser", user=gid(alice)) == ("CANNOT_BLOCK_YOURSELF", ["user"])
    assert refusal(gql(alice), "blockUser", user="x")[0] == "INVALID_ID"
    Block.objects.block(alice, bob)
    asked = {"to": [gid(alice)], "body": "Hello"}
    assert refusal(gql(bob), "sendMessage", **asked)[0] == "UNKNOWN_USER"
    group(alice, bob)
    assert refusal(gql(bob), "sendMessage", **asked) == ("NOT_REACHABLE", ["to"])
    asked = {"participants": [gid(alice)]}
    assert refusal(gql(bob), "startConversation", **asked) == ("NOT_REACHABLE", ["participants"])


def test_however_many_are_blocked_a_page_costs_the_same(gql, alice, bob, django_user_model):
    conversation = private(alice, bob, *"abcdef")
    costs = []
    for crowd in (1, 50):
        for number in range(crowd):
            stranger = django_user_model.objects.create(username=f"stranger{crowd}.{number}")
            Block.objects.block(alice, stranger)
        ask = gql(alice)
        with CaptureQueriesContext(connection) as captured:
            page(ask, conversation)
        costs.append(len(captured))

    assert costs[0] == costs[1]
