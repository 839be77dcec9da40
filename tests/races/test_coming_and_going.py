"""Leaving, removing, inviting and reinstating, while others do something else."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Conversation, Message, Participation

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def kinds(group):
    return list(group.messages.order_by("number").values_list("kind", flat=True))


def test_who_sends_and_then_leaves_is_heard(bob, group, participation_of, this_group):
    sent, left = in_turn(
        lambda: participation_of(bob).send("bye"),
        lambda: participation_of(bob).leave(),
        behind=this_group,
    )

    assert not refusals([sent, left])
    assert kinds(group) == ["text", "left"]
    assert participation_of(bob).left_at_number == 2


def test_who_leaves_and_then_sends_is_refused(bob, group, participation_of, this_group):
    _left, sent = in_turn(
        lambda: participation_of(bob).leave(),
        lambda: participation_of(bob).send("bye"),
        behind=this_group,
    )

    assert sent == RefusalCode.NOT_A_PARTICIPANT
    assert kinds(group) == ["left"]


@pytest.mark.parametrize("time", range(7))
def test_nothing_is_heard_of_who_left(bob, group, participation_of, time):
    *sent, left = at_once(
        *[lambda: participation_of(bob).send("bye")] * 4, lambda: participation_of(bob).leave()
    )

    assert left is None
    place = participation_of(bob)
    heard = group.messages.filter(kind=Message.Kind.TEXT)
    assert heard.count() == len(sent) - len(refusals(sent))
    assert not heard.filter(number__gt=place.left_at_number).exists()
    assert set(refusals(sent)) <= {RefusalCode.NOT_A_PARTICIPANT}
    assert_sound(group)


def test_who_left_can_read_up_to_then_whatever_is_said_at_once(alice, bob, group, participation_of):
    at_once(
        *[lambda: participation_of(alice).send("news")] * 6, lambda: participation_of(bob).leave()
    )

    place = participation_of(bob)
    visible = Message.objects.visible_to(place)
    assert visible.get(kind=Message.Kind.LEFT).number == place.last_visible_number
    assert visible.count() == place.left_at_number
    assert place.last_visible_revision == place.left_at_number + 1
    assert_sound(group)


def test_who_is_removed_first_says_no_more(alice, bob, group, participation_of, this_group):
    _removed, sent = in_turn(
        lambda: participation_of(bob).remove(by=participation_of(alice)),
        lambda: participation_of(bob).send("but"),
        behind=this_group,
    )

    assert sent == RefusalCode.NOT_A_PARTICIPANT
    assert kinds(group) == ["removed"]


@pytest.mark.parametrize("time", range(5))
def test_removing_and_sending_at_once(alice, bob, group, participation_of, time):
    sent, removed = at_once(
        lambda: participation_of(bob).send("but"),
        lambda: participation_of(bob).remove(by=participation_of(alice)),
    )

    assert removed is None
    assert kinds(group) == (["removed"] if refusals([sent]) else ["text", "removed"])
    assert_sound(group)


def test_two_who_remove_each_other(alice, bob, group, participation_of, this_group):
    participation_of(bob).change_role("owner", by=participation_of(alice))

    removed, refused = in_turn(
        lambda: participation_of(bob).remove(by=participation_of(alice)),
        lambda: participation_of(alice).remove(by=participation_of(bob)),
        behind=this_group,
    )

    assert (removed, refused) == (None, RefusalCode.NOT_A_PARTICIPANT)
    assert_sound(group)


def test_who_left_invites_nobody(bob, dave, group, participation_of, this_group):
    _left, invited = in_turn(
        lambda: participation_of(bob).leave(),
        lambda: participation_of(bob).invite([dave]),
        behind=this_group,
    )

    assert invited == RefusalCode.NOT_A_PARTICIPANT
    assert not Participation.objects.filter(user=dave).exists()
    assert_sound(group)


def test_who_leaves_while_being_invited_is_back(bob, carol, group, participation_of, this_group):
    in_turn(
        lambda: participation_of(carol).leave(),
        lambda: participation_of(bob).invite([carol]),
        behind=this_group,
    )

    assert kinds(group) == ["left", "reinstated"]
    assert participation_of(carol).is_active
    assert_sound(group)


def test_who_is_invited_and_then_leaves_is_gone(bob, carol, group, participation_of, this_group):
    in_turn(
        lambda: participation_of(bob).invite([carol]),
        lambda: participation_of(carol).leave(),
        behind=this_group,
    )

    assert kinds(group) == ["left"]
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_somebody_invited_by_two_at_once_joins_once(
    alice, bob, dave, group, participation_of, time
):
    outcomes = at_once(
        lambda: participation_of(alice).invite([dave]),
        lambda: participation_of(bob).send("hi", invite=[dave]),
    )

    assert not refusals(outcomes)
    assert kinds(group).count("joined") == 1
    assert_sound(group)


def test_of_two_who_reinstate_somebody_one_does(
    alice, bob, carol, group, participation_of, this_group
):
    participation_of(carol).leave()

    outcomes = in_turn(
        lambda: participation_of(carol).reinstate(by=participation_of(alice)),
        lambda: participation_of(carol).reinstate(by=participation_of(bob)),
        behind=this_group,
    )

    assert outcomes == [None, RefusalCode.ALREADY_ACTIVE]
    assert kinds(group) == ["left", "reinstated"]
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_of_many_who_reinstate_somebody_one_does(alice, bob, carol, group, participation_of, time):
    participation_of(carol).leave()

    outcomes = at_once(
        *[lambda: participation_of(carol).reinstate(by=participation_of(alice))] * 3,
        *[lambda: participation_of(carol).reinstate(by=participation_of(bob))] * 3,
    )

    assert sorted(outcomes, key=str) == [RefusalCode.ALREADY_ACTIVE] * 5 + [None]
    assert kinds(group) == ["left", "reinstated"]
    assert_sound(group)


def test_who_leaves_twice_at_once_leaves_once(bob, group, participation_of, this_group):
    outcomes = in_turn(
        lambda: participation_of(bob).leave(),
        lambda: participation_of(bob).leave(),
        behind=this_group,
    )

    assert outcomes == [None, RefusalCode.ALREADY_LEFT]
    assert kinds(group) == ["left"]


@pytest.mark.parametrize("time", range(5))
def test_a_group_that_its_last_owners_leave_at_once_has_an_owner(
    alice, bob, carol, group, participation_of, time
):
    participation_of(bob).change_role("owner", by=participation_of(alice))

    assert at_once(
        lambda: participation_of(alice).leave(), lambda: participation_of(bob).leave()
    ) == [None, None]

    assert participation_of(carol).role == Participation.Role.OWNER
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_a_group_that_everybody_leaves_at_once_stays_closed(
    alice, bob, carol, group, participation_of, time
):
    outcomes = at_once(*[participation_of(user).leave for user in (alice, bob, carol)])

    assert outcomes == [None] * 3
    assert not group.participations.active().exists()
    assert kinds(Conversation.objects.get()) == ["left"] * 3
    assert_sound(group)


def test_two_owners_who_step_down_at_once_leave_one(
    alice, bob, group, participation_of, this_group
):
    participation_of(bob).change_role("owner", by=participation_of(alice))

    outcomes = in_turn(
        lambda: participation_of(alice).change_role("member", by=participation_of(alice)),
        lambda: participation_of(bob).change_role("member", by=participation_of(bob)),
        behind=this_group,
    )

    assert outcomes == [None, RefusalCode.LAST_OWNER]
    assert_sound(group)
