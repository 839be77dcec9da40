"""Two devices of one person arrange the inbox at once, and while others write."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Conversation, Participation
from talk.models.participation.arranging import MOST_PINNED

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def place(user, conversation):
    return Conversation.objects.get(pk=conversation.pk).participation_of(user)


def verb(name, user, conversation):
    """A request that has found its row and is about to act."""
    found = place(user, conversation)
    return lambda: getattr(found, name)()


def test_there_are_no_more_pinned_than_there_may_be(alice, bob):
    start = Conversation.objects.start_group
    groups = [start(alice, [bob]) for _each in range(MOST_PINNED + 4)]
    for each in groups[: MOST_PINNED - 2]:
        place(alice, each).pin()

    pinned = at_once(*(verb("pin", alice, each) for each in groups[MOST_PINNED - 2 :]))

    assert refusals(pinned) == [RefusalCode.TOO_MANY_PINS] * 4
    assert Participation.objects.filter(pinned_at__isnull=False).count() == MOST_PINNED


def test_the_same_place_is_pinned_once(alice, group):
    assert not refusals(at_once(*(verb("pin", alice, group) for _time in range(6))))

    assert place(alice, group).pinned_at


@pytest.mark.parametrize("time", range(3))
def test_it_is_pinned_or_archived_and_never_both(alice, group, time):
    names = ["pin", "archive"] * 4
    assert not refusals(at_once(*(verb(name, alice, group) for name in names)))

    found = place(alice, group)
    assert (found.pinned_at is None) != (found.archived_at is None)


def test_a_message_before_it_is_archived_does_not_bring_it_back(alice, bob, group, this_group):
    in_turn(
        lambda: place(alice, group).send("Hello"), verb("archive", bob, group), behind=this_group
    )

    assert place(bob, group).archived_at
    assert_sound(group)


def test_a_message_after_it_was_archived_does(alice, bob, group, this_group):
    sender = place(alice, group)
    in_turn(verb("archive", bob, group), lambda: sender.send("Hello"), behind=this_group)

    assert place(bob, group).archived_at is None
    assert_sound(group)
