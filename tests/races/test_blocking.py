"""Nothing waits for somebody that is hidden from them, whatever was first."""

from contextlib import suppress
from functools import partial

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import RefusalCode, Refused
from talk.models import Block, Conversation, Message, Participation

from .together import assert_sound, at_once, in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_what_is_said_after_a_block_does_not_wait(alice, bob, group, participation_of, this_group):
    in_turn(
        lambda: Block.objects.block(alice, bob),
        lambda: participation_of(bob).send("a"),
        behind=this_group,
    )

    assert participation_of(alice).first_unread_number is None
    assert_sound(group)


def test_what_is_said_before_a_block_does_not_wait(alice, bob, group, participation_of, this_group):
    in_turn(
        lambda: participation_of(bob).send("a"),
        lambda: Block.objects.block(alice, bob),
        behind=this_group,
    )

    assert participation_of(alice).first_unread_number is None
    assert_sound(group)


def test_what_is_said_while_a_block_ends_waits(alice, bob, carol):
    Block.objects.block(alice, bob)

    def say():
        started = Conversation.objects.start_group(carol, [alice, bob])
        started.participation_of(bob).send("Hello")
        return started

    _ended, ours = in_turn(
        lambda: Block.objects.unblock(alice, bob),
        say,
        behind=get_user_model().objects.filter(pk=alice.pk),
    )

    assert ours.participation_of(alice).unread_count == 1
    assert_sound(ours)


@pytest.mark.parametrize(
    "reach",
    [
        lambda alice, bob, carol: Message.send_to_users("Hello", bob, [alice]),
        lambda alice, bob, carol: Message.send_to_users("Hello", bob, [alice, carol]),
        lambda alice, bob, carol: Conversation.objects.start_group(bob, [alice]),
        lambda alice, bob, carol: Participation.objects.get(user=bob).invite([alice]),
        lambda alice, bob, carol: Participation.objects.get(user=alice).reinstate(
            by=Participation.objects.get(user=bob)
        ),
    ],
)
def test_who_was_blocked_first_starts_nothing_and_takes_nobody_in(alice, bob, carol, reach):
    ours = Conversation.objects.start_group(bob, [carol, alice])
    ours.participation_of(alice).leave()
    before = Message.objects.count(), Conversation.objects.count()
    people = get_user_model().objects.filter(pk=alice.pk)

    _block, reached = in_turn(
        lambda: Block.objects.block(alice, bob), lambda: reach(alice, bob, carol), behind=people
    )

    assert reached == RefusalCode.NOT_REACHABLE
    assert (Message.objects.count(), Conversation.objects.count()) == before
    assert not ours.participation_of(alice).is_active


def test_who_starts_first_is_blocked_in_what_they_started(alice, bob):
    people = get_user_model().objects.filter(pk=alice.pk)

    message, _block = in_turn(
        lambda: Message.send_to_users("Hello", bob, [alice]),
        lambda: Block.objects.block(alice, bob),
        behind=people,
    )

    place = message.conversation.participation_of(alice)
    assert place.first_unread_number is None
    assert_sound(message.conversation)


@pytest.mark.parametrize("time", range(3))
def test_nobody_waits_for_ever_who_blocks_starts_and_takes_in_at_once(
    alice, bob, carol, dave, erin, time
):
    people = [alice, bob, carol, dave, erin]
    groups = {one: Conversation.objects.start_group(one, people) for one in people}
    for other in people:
        for owner in {*people} - {other}:
            groups[owner].participation_of(other).leave()

    def take_in(owner):
        place = Conversation.objects.get(pk=groups[owner].pk).participation_of(owner)
        for other in reversed(people):
            with suppress(Refused):
                place.invite([other])
            with suppress(Refused):
                Message.send_to_users("Hello", owner, {*people} - {other})

    def quarrel(one):
        for other in {*people} - {one}:
            Block.objects.block(one, other)
            Block.objects.unblock(one, other)

    at_once(*(partial(act, one) for one in people for act in (take_in, quarrel)))

    for each in Conversation.objects.all():
        assert_sound(each)


@pytest.mark.parametrize("time", range(3))
def test_people_who_block_each_other_while_they_talk(alice, bob, carol, group, time):
    groups = [group, *(Conversation.objects.start_group(bob, [carol, alice]) for _ in range(5))]

    def talk(user):
        def act():
            for each in groups * 2:
                Conversation.objects.get(pk=each.pk).participation_of(user).send("hello")

        return act

    def quarrel(one, other):
        def act():
            for _ in range(6):
                Block.objects.block(one, other)
                Block.objects.unblock(one, other)
            Block.objects.block(one, other)

        return act

    pairs = [(alice, bob), (bob, alice), (carol, alice), (alice, carol)]
    at_once(*map(talk, (alice, bob, carol)), *(quarrel(*pair) for pair in pairs))

    for each in groups:
        assert_sound(each)
