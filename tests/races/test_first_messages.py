"""People who write to each other for the first time, at the same time."""

import pytest
from django.contrib.auth import get_user_model

from talk.models import Conversation, Event, Message

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def to(recipients, sender, body="hello"):
    return lambda: Message.send_to_users(body, sender, recipients)


def test_fifty_first_messages_of_two_people_make_one_conversation(alice, bob):
    messages = at_once(
        *[to([bob], alice) for _ in range(25)], *[to([alice], bob) for _ in range(25)]
    )

    conversation = Conversation.objects.get()
    assert {message.conversation_id for message in messages} == {conversation.pk}
    assert sorted(message.number for message in messages) == list(range(1, 51))
    assert conversation.participations.count() == 2
    assert_sound(conversation)


@pytest.mark.parametrize("time", range(7))
def test_two_first_messages_make_one_conversation_every_time(alice, bob, time):
    at_once(to([bob], alice), to([alice], bob))

    assert sorted(Message.objects.values_list("number", flat=True)) == [1, 2]
    assert_sound(Conversation.objects.get())


@pytest.mark.parametrize("time", range(5))
def test_first_messages_to_the_same_set_of_people_make_one_group(alice, bob, carol, time):
    at_once(to([bob, carol], alice), to([alice, carol], bob), to([bob, alice], carol))

    group = Conversation.objects.get()
    assert group.participations.count() == group.messages.count() == 3
    assert_sound(group)


def test_who_looks_for_the_same_group_waits_for_who_starts_it(alice, bob, carol):
    people = get_user_model().objects.filter(pk=alice.pk)

    in_turn(to([bob, carol], alice), to([alice, carol], bob), behind=people)

    assert_sound(Conversation.objects.get())


def test_groups_that_overlap_are_started_at_once_without_a_deadlock(alice, bob, carol, dave):
    everybody = [alice, bob, carol, dave]

    at_once(
        *[
            to([other for other in everybody if other not in (sender, absent)], sender)
            for sender in everybody
            for absent in everybody
            if sender != absent
        ]
    )

    assert Conversation.objects.count() == 4
    for conversation in Conversation.objects.all():
        assert conversation.messages.count() == 3
        assert_sound(conversation)


def test_a_message_to_a_set_of_people_is_not_heard_by_who_joins_meanwhile(
    alice, bob, carol, dave, group, participation_of, this_group
):
    joined, message = in_turn(
        lambda: participation_of(bob).invite([dave]), to([bob, carol], alice), behind=this_group
    )

    assert joined == group
    assert message.conversation != group
    assert set(message.conversation.participations.values_list("user", flat=True)) == {
        alice.pk,
        bob.pk,
        carol.pk,
    }


def test_a_message_to_a_set_of_people_reaches_who_leaves_meanwhile(
    alice, bob, carol, group, participation_of, this_group
):
    left, message = in_turn(
        lambda: participation_of(carol).leave(), to([bob, carol], alice), behind=this_group
    )

    assert not refusals([left])
    assert message.conversation != group
    assert message.conversation.participation_of(carol).is_active


@pytest.mark.parametrize("time", range(5))
def test_a_private_conversation_upgraded_at_once_becomes_one_group(alice, bob, carol, time):
    private = Conversation.objects.between(alice, bob)

    def place(user):
        return Conversation.objects.get(pk=private.pk).participation_of(user)

    groups = at_once(
        lambda: place(alice).invite([carol]),
        lambda: place(bob).invite([carol]),
        lambda: place(alice).send("welcome", invite=[carol]).conversation,
        lambda: place(bob).send("welcome", invite=[carol]).conversation,
    )

    (group,) = set(groups)
    assert group.messages.filter(kind=Message.Kind.UPGRADED).count() == 1
    assert Conversation.objects.count() == 2
    private.refresh_from_db()
    assert private.last_number == 0
    assert_sound(private)
    assert_sound(group)
    assert group.upgraded_from == private


def test_an_upgrade_is_one_transaction(alice, bob, carol, monkeypatch):
    private = Conversation.objects.between(alice, bob)
    monkeypatch.setattr(
        "talk.models.conversation.change.Change.upgrade",
        lambda *_: (_ for _ in ()).throw(OSError("power cut")),
    )

    with pytest.raises(OSError, match="power cut"):
        private.participation_of(alice).invite([carol])

    assert Conversation.objects.get() == private
    assert not Event.objects.exclude(conversation=private).exists()
