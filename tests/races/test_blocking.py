"""Nothing waits for somebody that is hidden from them, whatever was first."""

import pytest

from talk.models import Block, Conversation

from .together import assert_sound, at_once, in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_what_is_said_after_a_block_does_not_wait(alice, bob, group, place_of, this_group):
    in_turn(
        lambda: Block.objects.block(alice, bob), lambda: place_of(bob).send("a"), behind=this_group
    )

    assert place_of(alice).first_unread_number is None
    assert_sound(group)


def test_what_is_said_before_a_block_does_not_wait(alice, bob, group, place_of, this_group):
    in_turn(
        lambda: place_of(bob).send("a"), lambda: Block.objects.block(alice, bob), behind=this_group
    )

    assert place_of(alice).first_unread_number is None
    assert_sound(group)


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
