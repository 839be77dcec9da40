"""Pins and saved messages at the same moment as each other, and as what becomes of the message."""

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import RefusalCode
from talk.models import Conversation, Event, Message, Participation, Pin, SavedMessage
from talk.models.pin import MOST_PINS
from talk.privacy import erase

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def said(alice, group):
    return group.participation_of(alice).send("Hello")


@pytest.fixture
def admins(alice, bob, group):
    """Alice and Bob, who may both pin."""
    Participation.objects.filter(conversation=group, user=bob).update(role="admin")
    return alice, bob


def verb(name, user, message):
    """A request to pin or save, which has found its rows and is about to act."""
    place = Conversation.objects.get(pk=message.conversation_id).participation_of(user)
    found = Message.objects.get(pk=message.pk)
    return lambda: getattr(place, name)(found)


def told(group):
    kinds = (Event.Kind.MESSAGE_PINNED, Event.Kind.MESSAGE_UNPINNED)
    return Event.objects.filter(conversation=group, kind__in=kinds).count()


def test_pinning_twice_at_once_is_one_pin_and_one_event(admins, group, said):
    calls = [verb("pin_message", user, said) for user in admins for _time in range(3)]

    assert not refusals(at_once(*calls))

    assert Pin.objects.count() == told(group) == 1
    assert_sound(group)


@pytest.mark.parametrize("time", range(3))
def test_pinning_and_unpinning_at_once_ends_as_the_last_of_them(admins, group, said, time):
    names = ["pin_message", "unpin_message"]
    at_once(*(verb(name, user, said) for name in names for user in admins for _time in range(2)))

    # An odd number of changes has pinned it.
    assert Pin.objects.count() == told(group) % 2
    assert_sound(group)


def test_the_fiftieth_and_the_fifty_first_at_once(admins, group, said):
    alice, bob = admins
    place = group.participation_of(alice)
    for _each in range(MOST_PINS - 1):
        place.pin_message(place.send("Hello"))
    another = place.send("Hello")

    outcomes = at_once(verb("pin_message", alice, said), verb("pin_message", bob, another))

    assert refusals(outcomes) == [RefusalCode.TOO_MANY_PINS]
    assert Pin.objects.count() == MOST_PINS
    assert_sound(group)


@pytest.mark.parametrize("name", ["pin_message", "save_message"])
def test_nothing_hangs_on_what_was_retracted_first(admins, group, said, this_group, name):
    alice, bob = admins
    place, found = group.participation_of(alice), Message.objects.get(pk=said.pk)

    _retracted, outcome = in_turn(
        lambda: place.retract(found), verb(name, bob, said), behind=this_group
    )

    assert outcome == RefusalCode.NOT_FOUND
    assert_sound(group)


@pytest.mark.parametrize("name", ["pin_message", "save_message"])
def test_nor_on_what_is_retracted_right_after(admins, group, said, this_group, name):
    alice, bob = admins
    place, found = group.participation_of(alice), Message.objects.get(pk=said.pk)

    kept, retracted = in_turn(
        verb(name, bob, said), lambda: place.retract(found), behind=this_group
    )

    assert kept == retracted == said
    assert_sound(group)


def test_who_is_no_admin_any_more_does_not_pin(admins, group, said, this_group):
    alice, bob = admins
    demoted, owner = group.participation_of(bob), group.participation_of(alice)

    _changed, outcome = in_turn(
        lambda: demoted.change_role(demoted.Role.MEMBER, by=owner),
        verb("pin_message", bob, said),
        behind=this_group,
    )

    assert outcome == RefusalCode.NOT_ALLOWED
    assert not Pin.objects.exists()


def test_saving_twice_at_once_is_one_row(bob, group, said):
    assert not refusals(at_once(*(verb("save_message", bob, said) for _time in range(6))))

    assert SavedMessage.objects.count() == 1
    assert_sound(group)


@pytest.mark.parametrize("time", range(3))
def test_nothing_is_saved_of_what_is_cleared_at_the_same_moment(bob, group, said, time):
    place = group.participation_of(bob)

    outcomes = at_once(place.clear, verb("save_message", bob, said))

    assert set(refusals(outcomes)) <= {RefusalCode.NOT_FOUND}
    assert not SavedMessage.objects.exists()


@pytest.mark.parametrize("time", range(3))
@pytest.mark.parametrize("keep_words", [False, True])
def test_nothing_names_who_is_erased_meanwhile(admins, group, said, keep_words, time):
    _alice, bob = admins
    him = get_user_model().objects.get(pk=bob.pk)
    names = ("pin_message", "save_message", "unpin_message")

    outcomes = at_once(
        lambda: erase(him, "He asked for it.", keep_words=keep_words),
        *(verb(name, bob, said) for name in names),
    )

    assert set(refusals(outcomes)) <= {RefusalCode.NOT_A_PARTICIPANT}
    assert not Pin.objects.filter(by=bob.pk).exists()
    assert not SavedMessage.objects.exists()


@pytest.mark.parametrize("time", range(3))
def test_an_account_can_be_deleted_while_it_pins_and_saves(admins, group, said, time):
    alice, bob = admins
    him = get_user_model().objects.get(pk=bob.pk)
    names = ("pin_message", "save_message")

    outcomes = at_once(
        him.delete,
        *(verb(name, bob, said) for name in names),
        *(verb(name, alice, said) for name in names),
    )

    assert set(refusals(outcomes)) <= {RefusalCode.NOT_A_PARTICIPANT}
    assert set(Pin.objects.values_list("by", flat=True)) <= {alice.pk, None}
    assert [row.user_id for row in SavedMessage.objects.all()] == [alice.pk]
