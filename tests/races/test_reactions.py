"""Reactions at the same moment as each other, and as what becomes of their message."""

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import RefusalCode
from talk.models import Conversation, Event, Message, Reaction
from talk.privacy import erase

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def said(alice, group):
    return group.participation_of(alice).send("Hello")


def verb(name, user, message, emoji="👍"):
    """A request to react, which has found its rows and is about to act."""
    place = Conversation.objects.get(pk=message.conversation_id).participation_of(user)
    found = Message.objects.get(pk=message.pk)
    return lambda: getattr(place, name)(found, emoji)


def reacted(group):
    return Event.objects.filter(conversation=group, kind=Event.Kind.MESSAGE_REACTED).count()


def test_the_same_reaction_twice_at_once_is_one_row_and_one_event(bob, group, said):
    calls = [verb("react", bob, said) for _time in range(6)]

    assert not refusals(at_once(*calls))

    assert Reaction.objects.count() == 1
    assert reacted(group) == 1
    assert_sound(group)


def test_it_is_taken_back_once_too(bob, group, said):
    verb("react", bob, said)()
    calls = [verb("unreact", bob, said) for _time in range(6)]

    assert not refusals(at_once(*calls))

    assert Reaction.objects.count() == 0
    assert reacted(group) == 2
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_setting_and_taking_back_at_once_ends_as_the_last_of_them(bob, group, said, time):
    names = ["react", "unreact"] * 4
    at_once(*(verb(name, bob, said) for name in names))

    # An odd number of changes has set it.
    assert Reaction.objects.count() == reacted(group) % 2
    assert_sound(group)


def test_everybody_reacts_at_once(alice, bob, carol, group, said):
    calls = [verb("react", user, said, each) for user in (alice, bob, carol) for each in "👍❤"]

    assert not refusals(at_once(*calls))

    assert Reaction.objects.count() == reacted(group) == 6
    assert_sound(group)


def test_no_reaction_hangs_on_what_was_retracted_first(alice, bob, group, said, this_group):
    place, found = group.participation_of(alice), Message.objects.get(pk=said.pk)

    _retracted, outcome = in_turn(
        lambda: place.retract(found), verb("react", bob, said), behind=this_group
    )

    assert outcome == RefusalCode.NOT_FOUND
    assert not Reaction.objects.exists()
    assert_sound(group)


def test_nor_on_what_is_retracted_right_after(alice, bob, group, said, this_group):
    place, found = group.participation_of(alice), Message.objects.get(pk=said.pk)

    reacted, retracted = in_turn(
        verb("react", bob, said), lambda: place.retract(found), behind=this_group
    )

    assert reacted == retracted == said
    assert not Reaction.objects.exists()
    assert_sound(group)


def test_who_is_removed_first_does_not_react(alice, bob, group, said, this_group):
    place = group.participation_of(bob)

    _removed, outcome = in_turn(
        lambda: place.remove(group.participation_of(alice)),
        verb("react", bob, said),
        behind=this_group,
    )

    assert outcome == RefusalCode.NOT_A_PARTICIPANT
    assert not Reaction.objects.exists()


def test_the_twentieth_and_the_twenty_first_emoji_at_once(alice, bob, carol, group, said):
    for number in range(19):
        verb("react", alice, said, chr(0x1F600 + number))()

    outcomes = at_once(
        *(verb("react", user, said, each) for user, each in ((bob, "👍"), (carol, "❤")))
    )

    assert refusals(outcomes) == [RefusalCode.TOO_MANY_REACTIONS]
    assert Reaction.objects.values("emoji").distinct().count() == 20
    assert_sound(group)


def test_the_last_place_is_for_all_who_choose_the_same(alice, bob, carol, group, said):
    for number in range(19):
        verb("react", alice, said, chr(0x1F600 + number))()

    outcomes = at_once(*(verb("react", user, said) for user in (alice, bob, carol)))

    assert not refusals(outcomes)
    assert Reaction.objects.filter(emoji="👍").count() == 3


@pytest.mark.parametrize("time", range(5))
def test_nothing_is_left_of_who_is_erased_meanwhile(bob, group, said, time):
    him = get_user_model().objects.get(pk=bob.pk)

    outcomes = at_once(
        lambda: erase(him, "He asked for it."),
        *(verb("react", bob, said, each) for each in "👍❤🎉"),
    )

    assert set(refusals(outcomes)) <= {RefusalCode.NOT_A_PARTICIPANT}
    assert not Reaction.objects.exists()


@pytest.mark.parametrize("time", range(5))
def test_an_account_can_be_deleted_while_it_reacts(alice, bob, group, said, time):
    him = get_user_model().objects.get(pk=bob.pk)

    outcomes = at_once(him.delete, verb("react", bob, said), verb("react", alice, said))

    assert set(refusals(outcomes)) <= {RefusalCode.NOT_A_PARTICIPANT}
    assert set(Reaction.objects.values_list("user", flat=True)) <= {alice.pk, None}
    assert reacted(group) == Reaction.objects.count()
