"""An account is deleted while its person, or somebody else, acts."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from talk.exceptions import RefusalCode
from talk.models import AccessToken, Block, Conversation, Message, Participation, Report

from .together import assert_sound, at_once, in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def again(user):
    return get_user_model().objects.get(pk=user.pk)


def assert_gone(*users):
    assert not get_user_model().objects.filter(pk__in=[user.pk for user in users]).exists()
    for each in Conversation.objects.all():
        assert_sound(each)


def test_what_was_being_said_stays(alice, bob, participation_of, this_group, group):
    his, account = participation_of(bob), again(bob)

    sent, deleted = in_turn(lambda: his.send("late"), account.delete, behind=this_group)

    assert sent.number == 1
    assert deleted[1]["auth.User"] == 1
    assert_gone(bob)
    assert list(group.messages.order_by("number").values_list("body", "sender")) == [
        ("late", None),
        ("", None),
    ]


def test_after_it_nothing_is_said(alice, bob, participation_of, this_group):
    his, account = participation_of(bob), again(bob)

    _deleted, sent = in_turn(account.delete, lambda: his.send("late"), behind=this_group)

    assert sent == RefusalCode.NOT_A_PARTICIPANT
    assert_gone(bob)


@pytest.mark.parametrize("time", range(3))
def test_whatever_happens_meanwhile(alice, bob, carol, group, time):
    him = again(bob)
    at_once(
        again(bob).delete,
        again(bob).delete,
        get_user_model().objects.filter(pk=bob.pk).delete,
        lambda: Message.send_to_users("late", him, [alice]),
        *(lambda: group.participation_of(him).send("late"),) * 2,
        lambda: Message.send_to_users("hello", alice, [him, carol]),
        lambda: Conversation.objects.start_group(alice, [him]),
        lambda: Conversation.objects.get(pk=group.pk).participation_of(carol).invite([him]),
        lambda: Conversation.objects.get(pk=group.pk).add_participants([him]),
        lambda: Block.objects.block(him, carol),
        lambda: Report.objects.report_user(carol, him, "rude"),
        lambda: AccessToken.objects.issue(him, "phone"),
    )

    assert_gone(bob)
    assert not Participation.objects.filter(user=him).exists()


@pytest.mark.parametrize("time", range(3))
def test_members_of_the_same_conversations_are_deleted_at_once(alice, bob, carol, dave, time):
    people = get_user_model().objects
    for creator in (alice, bob, carol):
        Conversation.objects.start_group(creator, [alice, bob, carol, dave])

    at_once(
        people.filter(pk__in=[alice.pk, carol.pk]).delete,
        people.filter(pk__in=[bob.pk, carol.pk]).order_by("-pk").delete,
        lambda: Conversation.objects.start_group(again(alice), [again(bob), again(dave)]),
    )

    assert_gone(alice, bob, carol)


def test_the_last_owner_is_deactivated_while_the_heir_leaves(
    alice, bob, carol, group, participation_of
):
    def deactivate():
        account = again(alice)
        account.is_active = False
        with transaction.atomic():
            account.save()

    at_once(deactivate, participation_of(bob).leave)

    assert participation_of(carol).role == Participation.Role.OWNER
    assert_sound(group)


def test_several_together_wait_for_conversations_in_order(alice, bob, carol, dave):
    first = Conversation.objects.start_group(bob, [carol, dave])
    second = Conversation.objects.start_group(alice, [carol, dave])
    assert alice.pk < bob.pk, "or they would meet in the right order"

    in_turn(
        # It counts again what is unread in both groups.
        lambda: Block.objects.block(carol, dave),
        get_user_model().objects.filter(pk__in=[alice.pk, bob.pk]).delete,
        behind=Conversation.objects.filter(pk=first.pk),
    )

    assert_gone(alice, bob)
    assert first.pk < second.pk
