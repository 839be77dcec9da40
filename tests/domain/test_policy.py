"""The project's policy decides who may reach whom."""

import pytest

from talk.exceptions import MessagingPermissionDenied, RefusalCode
from talk.models import Conversation, Message
from talk.policy import Policy

from ..api.asking import act, gid, group, nodes, ok, private

pytestmark = pytest.mark.django_db


class Friends(Policy):
    """Whom Bob does not want to hear of can't reach him, nor can they be reached."""

    apart = frozenset({"alice", "bob"})

    def may_find(self, viewer, people):
        return people.exclude(username__in=self.strangers_of(viewer))

    def may_write_to(self, sender, people):
        return [each for each in people if each.username not in self.strangers_of(sender)]

    def may_invite(self, member, people):
        return self.may_write_to(member.user, people)

    def strangers_of(self, user):
        return self.apart - {user.username} if user.username in self.apart else set()


@pytest.fixture
def apart(settings):
    """From now on Alice and Bob don't reach each other."""

    def apart():
        settings.TALK = {**settings.TALK, "POLICY": f"{__name__}.Friends"}

    return apart


@pytest.fixture
def unreachable():
    """What is done within is refused."""
    return pytest.raises(MessagingPermissionDenied, match=str(RefusalCode.NOT_REACHABLE.label))


def test_no_private_conversation_can_be_started(apart, unreachable, alice, bob):
    apart()

    with unreachable:
        Message.send_to_users("hello", alice, [bob])
    assert not Conversation.objects.exists()


def test_no_group_can_be_started_with_them(apart, unreachable, alice, bob, carol):
    apart()

    with unreachable:
        Conversation.objects.start_group(alice, [carol, bob])
    with unreachable:
        Message.send_to_users("hello", alice, [carol, bob])
    assert not Conversation.objects.exists()


def test_a_private_conversation_does_not_go_on_and_can_be_read(apart, unreachable, alice, bob):
    conversation = private(alice, bob, "before")
    apart()

    with unreachable:
        conversation.participation_of(alice).send("hello")
    with unreachable:
        Message.send_to_users("hello", bob, [alice])
    assert conversation.participation_of(bob).unread_count == 1
    assert conversation.messages.get().body == "before"


def test_a_retry_of_what_was_sent_before_is_answered(apart, alice, bob):
    key = "8c1b8a4c-6f0c-4b5e-9d43-2f0c0b1f7a11"
    sent = Message.send_to_users("hello", alice, [bob], client_id=key)
    apart()

    assert Message.send_to_users("hello", alice, [bob], client_id=key) == sent


def test_nobody_is_taken_in_by_whom_they_can_not_be_reached(apart, unreachable, alice, bob, carol):
    ours = group(carol, alice)
    apart()

    with unreachable:
        ours.participation_of(alice).invite([bob])
    with unreachable:
        ours.participation_of(alice).send("hello", invite=[bob])
    ours.participation_of(carol).invite([bob])
    assert ours.participation_of(bob).is_active


def test_nobody_is_brought_back_by_whom_they_can_not_be_reached(
    apart, unreachable, alice, bob, carol
):
    ours = group(carol, alice, bob)
    ours.participation_of(bob).leave()
    apart()

    with unreachable:
        ours.participation_of(bob).reinstate(by=ours.participation_of(alice))
    ours.participation_of(bob).reinstate(by=ours.participation_of(carol))
    assert ours.participation_of(bob).is_active


def test_a_private_conversation_is_not_upgraded_around_it(apart, unreachable, alice, bob, carol):
    conversation = private(alice, carol, "before")
    apart()

    with unreachable:
        conversation.participation_of(alice).invite([bob])
    assert Conversation.objects.get() == conversation


def test_in_a_group_everybody_writes_to_everybody(apart, alice, bob, carol):
    ours = group(carol, alice, bob)
    apart()

    assert ours.participation_of(alice).send("hello").number == 1
    assert Message.send_to_users("again", alice, [bob, carol]).conversation == ours


def test_the_project_itself_asks_no_policy(apart, alice, bob, carol):
    ours = group(carol, alice)
    apart()

    ours.add_participants([bob])

    assert ours.participation_of(bob).is_active


def test_they_do_not_find_each_other(apart, gql, alice, bob, carol):
    apart()
    search = '{ users(search: "") { edges { node { username } } } }'

    found = nodes(ok(gql(alice)(search))["users"])

    assert [each["username"] for each in found] == ["carol"]


def test_clients_are_told_with_a_refusal(apart, gql, alice, bob, carol):
    def said():
        return act(gql(alice), "sendMessage", to=[gid(bob)], body="hello")["code"]

    apart()

    assert said() == "UNKNOWN_USER"
    group(carol, alice, bob)
    assert said() == "NOT_REACHABLE"
