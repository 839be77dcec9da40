"""Of whom somebody may know that they are there: whom they find, met or blocked."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Block, Report
from talk.policy import Policy

from .asking import act, gid, group, leave, ok, private, refusal, say_many

pytestmark = pytest.mark.django_db

WHO = "query ($id: ID!) { node(id: $id) { ... on User { username } } }"


class Closed(Policy):
    """Nobody finds anybody."""

    def may_find(self, viewer, people):
        return people.none()


@pytest.fixture
def closed(settings):
    settings.TALK = {**settings.TALK, "POLICY": f"{__name__}.Closed"}


class Visible(type(get_user_model()._default_manager)):
    """A manager that hides somebody."""

    def get_queryset(self):
        return super().get_queryset().exclude(username="bob")


@pytest.fixture
def knows(gql):
    """`knows(alice, bob)`: whether Bob is there for Alice."""

    def knows(viewer, person):
        node = ok(gql(viewer)(WHO, id=gid(person)))["node"]
        assert node in (None, {"username": person.username})
        refused = act(gql(viewer), "unblockUser", user=gid(person))
        assert refused.get("code") == (None if node else "UNKNOWN_USER")
        return node is not None

    return knows


def test_everybody_is_there_for_everybody_unless_a_project_says_otherwise(knows, alice, bob):
    assert knows(alice, bob)


def test_the_managers_of_a_project_are_asked_each_time(knows, alice, bob, carol, monkeypatch):
    assert knows(alice, bob)

    monkeypatch.setattr(type(alice)._default_manager, "__class__", Visible)

    assert not knows(alice, bob)
    assert knows(alice, carol)


def test_who_is_not_found_is_answered_like_who_is_not_there(closed, gql, alice, bob):
    ours = group(alice, bob)
    leave(bob, ours)
    stranger, ask = type(bob).objects.create_user("stranger"), gql(alice)
    nobody = type(bob)(pk=987_654_321)

    for mutation, path, where in (
        ("sendMessage", "to", {"body": "x"}),
        ("sendMessage", "invite", {"body": "x", "conversationId": gid(ours)}),
        ("startConversation", "participants", {}),
        ("inviteParticipants", "participants", {"conversationId": gid(ours)}),
        ("removeParticipant", "participant", {"conversationId": gid(ours)}),
        ("blockUser", "user", {}),
        ("reportUser", "user", {"why": "x"}),
    ):
        for person in (stranger, nobody):
            named = [gid(person)] if path in {"to", "invite", "participants"} else gid(person)
            refused = refusal(ask, mutation, **where, **{path: named})
            assert refused == ("UNKNOWN_USER", [path]), mutation
    assert ok(ask(WHO, id=gid(stranger))) == ok(ask(WHO, id=gid(nobody))) == {"node": None}
    assert not Block.objects.exists()
    assert not Report.objects.exists()


def test_who_blocked_somebody_is_not_there_for_them(knows, alice, bob):
    Block.objects.block(bob, alice)

    assert not knows(alice, bob)
    assert knows(bob, alice)


def test_whoever_was_met_can_be_blocked_and_reported(closed, gql, alice, bob, carol):
    ours = group(alice, bob, carol)
    Block.objects.block(bob, alice)
    leave(bob, ours)
    leave(carol, ours)

    for viewer, person in ((alice, bob), (alice, carol), (carol, alice), (carol, bob)):
        user = {"user": gid(person)}
        assert "code" not in act(gql(viewer), "reportUser", "user { username }", why="x", **user)
        answer = act(gql(viewer), "blockUser", "user { username }", **user)
        assert answer == {"user": {"username": person.username}}


def test_who_is_gone_knows_whom_they_met_and_nobody_who_came_after(
    closed, knows, alice, bob, carol, dave, erin
):
    ours = group(alice, bob, carol, dave)
    leave(carol, ours)
    leave(bob, ours)
    place = ours.participation_of(alice)
    place.invite([erin])
    for user in (carol, dave):
        ours.participation_of(user).is_active and leave(user, ours)
        place.invite([user])

    assert all(knows(bob, other) for other in (alice, carol, dave))
    assert not knows(bob, erin)
    assert all(knows(alice, other) for other in (bob, carol, dave, erin))


def test_who_is_gone_does_not_know_who_is_asked_after(
    closed, knows, settings, alice, bob, carol, dave
):
    ours = group(alice, bob, carol)
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    leave(bob, ours)
    ours.participation_of(alice).invite([dave])

    assert knows(alice, dave)
    assert not knows(bob, dave)


def test_who_is_asked_knows_who_takes_part_and_who_asks(
    closed, knows, settings, alice, bob, carol, dave
):
    ours = group(alice, bob, carol)
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    ours.participation_of(bob).invite([dave])

    assert all(knows(dave, other) for other in (alice, bob, carol))
    leave(bob, ours)
    leave(carol, ours)
    assert not knows(dave, carol)
    ours.participation_of(dave).decline()
    assert knows(dave, bob), "whom they may want to block"


def test_whom_somebody_blocked_they_can_unblock(closed, knows, alice, bob):
    Block.objects.create(blocker=alice, blocked=bob)

    assert knows(alice, bob)
    assert not knows(alice, bob)


def test_who_writes_on_in_a_conversation_needs_to_find_nobody(closed, gql, alice, bob):
    ours = private(alice, bob)

    for where in ({"conversationId": gid(ours)}, {"to": [gid(bob)]}):
        assert "code" not in act(gql(alice), "sendMessage", body="x", **where)


def test_it_is_one_query_however_many_they_met(gql, alice, bob, carol):
    ask, costs = gql(alice), []
    for more in (1, 20):
        for _time in range(more):
            say_many(bob, group(bob, alice, carol), 3)
            leave(alice, group(bob, alice))
        with CaptureQueriesContext(connection) as captured:
            ok(ask(WHO, id=gid(bob)))
        costs.append(len(captured))

    # Session and viewer come first.
    assert costs == [3, 3]
