"""What many do at once in one conversation has one order, the same for all."""

import pytest

from talk.models import Conversation, Message

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_what_is_sent_at_once_is_numbered_without_gaps(alice, bob, carol, group, participation_of):
    def sends(user):
        def send():
            return [participation_of(user).send(f"{user} {word}").number for word in range(5)]

        return send

    numbers = at_once(*[sends(user) for user in (alice, bob, carol) for _ in range(8)])

    assert sorted(number for each in numbers for number in each) == list(range(1, 121))
    # Who says one thing after the other is heard in that order.
    assert all(each == sorted(each) for each in numbers)
    assert_sound(group)


def test_all_that_can_happen_at_once_leaves_a_sound_group(
    alice, bob, carol, dave, erin, group, participation_of
):
    participation_of(alice).invite([dave])
    participation_of(bob).change_role("owner", by=participation_of(alice))

    def by_turns(*acts):
        def act():
            return refusals(at_rest(each) for each in acts * 3)

        return act

    at_once(
        by_turns(lambda: participation_of(alice).send("a"), lambda: participation_of(alice).read()),
        by_turns(
            lambda: participation_of(bob).send("b"), lambda: participation_of(bob).mark_unread()
        ),
        by_turns(
            lambda: participation_of(carol).leave(), lambda: participation_of(carol).send("c")
        ),
        by_turns(lambda: participation_of(carol).reinstate(by=participation_of(alice))),
        by_turns(lambda: participation_of(dave).read(), lambda: participation_of(dave).send("d")),
        by_turns(lambda: participation_of(dave).remove(by=participation_of(bob))),
        by_turns(lambda: participation_of(bob).invite([dave, erin])),
        by_turns(
            lambda: participation_of(alice).rename("one"),
            lambda: participation_of(alice).rename("two"),
        ),
    )

    assert_sound(group)


def at_rest(act):
    (outcome,) = at_once(act)
    return outcome


def test_what_is_read_before_a_message_leaves_it_unread(
    alice, bob, group, participation_of, this_group
):
    participation_of(alice).send("one")

    in_turn(
        lambda: participation_of(bob).read(),
        lambda: participation_of(alice).send("two"),
        behind=this_group,
    )

    place = participation_of(bob)
    assert (place.last_read_number, place.first_unread_number, place.unread_count) == (1, 2, 1)
    assert_sound(group)


def test_what_is_read_after_a_message_reads_it(alice, bob, group, participation_of, this_group):
    participation_of(alice).send("one")

    in_turn(
        lambda: participation_of(alice).send("two"),
        lambda: participation_of(bob).read(),
        behind=this_group,
    )

    place = participation_of(bob)
    assert (place.last_read_number, place.first_unread_number, place.unread_count) == (2, None, 0)
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_reading_and_sending_at_once_agree_on_what_is_unread(
    alice, bob, carol, group, participation_of, time
):
    participation_of(alice).send("one")

    at_once(
        *[lambda: participation_of(alice).send("more")] * 3,
        *[lambda: participation_of(bob).read()] * 3,
        lambda: participation_of(bob).read(1),
        lambda: participation_of(carol).send("a reply"),
    )

    assert_sound(group)


def test_fifty_people_read_at_once(alice, django_user_model):
    readers = [
        django_user_model.objects.create(username=f"reader {number}") for number in range(50)
    ]
    group = Conversation.objects.start_group(alice, readers)
    group.participation_of(alice).send("hello")

    at_once(*[group.participation_of(reader).read for reader in readers])

    assert not group.participations.exclude(last_read_number=1).exclude(user=alice).exists()
    assert Message.objects.count() == 1
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_marking_as_unread_reading_and_sending_at_once_agree_on_what_is_unread(
    alice, bob, group, participation_of, time
):
    for body in ("one", "two", "three"):
        participation_of(alice).send(body)
    participation_of(bob).read()

    at_once(
        *[lambda: participation_of(bob).mark_unread(2)] * 3,
        lambda: participation_of(bob).mark_unread(1),
        lambda: participation_of(bob).read(2),
        lambda: participation_of(bob).read(privately=True),
        lambda: participation_of(alice).send("more"),
    )

    assert_sound(group)


def test_a_reading_that_waits_for_a_mark_reads_as_far_as_it_says(
    alice, bob, group, participation_of, this_group
):
    for body in ("one", "two", "three"):
        participation_of(alice).send(body)
    participation_of(bob).read()

    in_turn(
        lambda: participation_of(bob).mark_unread(2),
        lambda: participation_of(bob).read(2),
        behind=this_group,
    )

    place = participation_of(bob)
    assert (place.last_read_number, place.first_unread_number, place.unread_count) == (3, 3, 1)
    assert_sound(group)


def test_a_group_that_grows_while_somebody_reads_is_asked_under_the_lock(
    alice, bob, dave, group, participation_of, this_group, settings
):
    settings.TALK = {**settings.TALK, "RECEIPTS_UP_TO": group.participations.count()}
    participation_of(alice).send("one")

    in_turn(
        lambda: participation_of(alice).invite([dave]),
        lambda: participation_of(bob).read(),
        behind=this_group,
    )

    assert participation_of(bob).read_privately
    assert_sound(group)
