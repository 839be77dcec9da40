"""Who is erased says nothing more, whatever is on its way."""

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import RefusalCode
from talk.models import Block, Conversation, Message, Participation
from talk.privacy import erase

from .together import at_once, in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bobs_account(bob):
    """What to lock so that everybody waits who holds Bob."""
    return get_user_model().objects.filter(pk=bob.pk)


def assert_nothing_is_left_of(user):
    for rows in (
        Message.objects.filter(sender=user),
        Message.objects.filter(body="late"),
        Participation.objects.filter(user=user),
        Block.objects.filter(blocker=user),
    ):
        assert not rows.exists()


def test_what_they_start_before_is_erased(alice, bob, bobs_account):
    sent, _erased = in_turn(
        lambda: Message.send_to_users("late", bob, [alice]),
        lambda: erase(bob, "He asked for it."),
        behind=bobs_account,
    )

    assert sent.number == 1
    assert_nothing_is_left_of(bob)


def test_after_it_they_start_nothing(alice, bob, bobs_account):
    _erased, sent = in_turn(
        lambda: erase(get_user_model().objects.get(pk=bob.pk), "He asked for it."),
        lambda: Message.send_to_users("late", bob, [alice]),
        behind=bobs_account,
    )

    assert sent == RefusalCode.UNKNOWN_USER
    assert_nothing_is_left_of(bob)


@pytest.mark.parametrize("time", range(5))
def test_nothing_is_left_of_them_whatever_happens_meanwhile(alice, bob, carol, group, time):
    def once_more():
        return get_user_model().objects.get(pk=bob.pk)

    him = once_more()
    at_once(
        lambda: erase(once_more(), "He asked for it."),
        *(lambda: Message.send_to_users("late", him, [alice]),) * 2,
        *(lambda: group.participation_of(him).send("late"),) * 2,
        lambda: Message.send_to_users("hello", alice, [him, carol]),
        lambda: Conversation.objects.start_group(alice, [him]),
        lambda: Conversation.objects.get(pk=group.pk).participation_of(carol).invite([him]),
        lambda: Block.objects.block(him, carol),
    )

    assert_nothing_is_left_of(bob)
    for each in Conversation.objects.all():
        each.refresh_from_db()
        numbers = each.messages.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, each.last_number + 1))
