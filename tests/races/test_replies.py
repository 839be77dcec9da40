"""Replies to what changes meanwhile, and clearing while others write."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Message
from talk.privacy import erase

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asked(alice, participation_of):
    return participation_of(alice).send("Noon?")


def bodies(participation):
    visible = Message.objects.visible_to(participation).filter(kind="text")
    return list(visible.order_by("number").values_list("body", flat=True))


@pytest.mark.parametrize("reply_first", [True, False])
def test_a_reply_to_what_is_being_retracted_is_sent_and_quotes_nothing(
    alice, bob, asked, group, participation_of, this_group, reply_first
):
    calls = [
        lambda: participation_of(bob).send("Yes", reply_to=1),
        lambda: participation_of(alice).retract(asked),
    ]

    outcomes = in_turn(*calls if reply_first else reversed(calls), behind=this_group)

    assert refusals(outcomes) == []
    answer = group.messages.get(number=2)
    assert (answer.body, answer.reply_to, answer.root) == ("Yes", 1, 1)
    assert group.messages.get(number=1).body == ""
    assert_sound(group)


@pytest.mark.parametrize("reply_first", [True, False])
def test_a_reply_to_whom_is_being_erased_is_sent_and_quotes_nothing(
    alice, bob, asked, group, participation_of, this_group, reply_first
):
    calls = [
        lambda: participation_of(bob).send("Yes", reply_to=1),
        lambda: erase(alice, "They asked for it."),
    ]

    outcomes = in_turn(*calls if reply_first else reversed(calls), behind=this_group)

    assert refusals(outcomes) == []
    assert group.messages.get(reply_to=1).root == 1
    assert group.messages.get(number=1).body == ""
    assert_sound(group)


def test_who_is_being_removed_sends_no_reply(
    alice, bob, asked, group, participation_of, this_group
):
    outcomes = in_turn(
        lambda: participation_of(bob).remove(by=participation_of(alice)),
        lambda: participation_of(bob).send("Yes", reply_to=1),
        behind=this_group,
    )

    assert outcomes == [None, RefusalCode.NOT_A_PARTICIPANT]
    assert_sound(group)


def test_replies_to_replies_at_once_are_all_in_one_branch(
    alice, bob, carol, asked, group, participation_of
):
    def replies(user):
        def reply():
            number = 1
            for _ in range(5):
                number = participation_of(user).send("And", reply_to=number).number

        return reply

    assert refusals(at_once(*[replies(user) for user in (alice, bob, carol)] * 3)) == []

    assert group.messages.filter(root=1).count() == 45
    assert_sound(group)


def test_what_is_sent_while_somebody_clears_is_unread_or_cleared_and_never_half(
    alice, bob, asked, group, participation_of, this_group
):
    send, clear = (lambda: participation_of(alice).send("Bread")), participation_of(bob).clear

    assert refusals(in_turn(send, clear, behind=this_group)) == []
    place = participation_of(bob)
    assert (place.history_from, place.first_unread_number) == (3, None)
    assert bodies(place) == []

    assert refusals(in_turn(participation_of(bob).clear, send, behind=this_group)) == []
    place = participation_of(bob)
    assert (place.history_from, place.first_unread_number, place.unread_count) == (3, 3, 1)
    assert bodies(place) == ["Bread"]
    assert_sound(group)


def test_many_send_while_many_clear_and_read(alice, bob, carol, group, participation_of):
    def by_turns(user, *acts):
        def act():
            for _ in range(5):
                for name in acts:
                    verb = getattr(participation_of(user), name)
                    verb("Hello") if name == "send" else verb()

        return act

    outcomes = at_once(
        by_turns(alice, "send", "clear"),
        by_turns(alice, "send"),
        by_turns(bob, "clear", "read"),
        by_turns(bob, "clear", "mark_unread"),
        by_turns(carol, "send", "clear", "clear"),
    )

    assert refusals(outcomes) == []
    assert_sound(group)


@pytest.mark.parametrize("clear_first", [True, False])
def test_a_reply_to_what_the_sender_clears_on_another_device(
    alice, bob, asked, group, participation_of, this_group, clear_first
):
    """It is refused after that. Sent before, it is cleared, too."""
    calls = [
        lambda: participation_of(bob).clear(),
        lambda: participation_of(bob).send("Yes", reply_to=1),
    ]

    outcomes = in_turn(*calls if clear_first else reversed(calls), behind=this_group)

    refused = [RefusalCode.NUMBER_OUT_OF_RANGE] if clear_first else []
    assert refusals(outcomes) == refused
    assert bodies(participation_of(bob)) == []
    assert_sound(group)
