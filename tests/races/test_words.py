"""Edits, reactions, replies and mentions, while people come, go and are erased."""

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import RefusalCode
from talk.models import Conversation, Edit, Event, Mention, Message, Reaction
from talk.privacy import erase

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def said(bob, group):
    """What Bob said."""
    return group.participation_of(bob).send("Before")


@pytest.fixture
def now(said):
    """What he said as a request reads it."""
    return lambda: Message.objects.get(pk=said.pk)


def shown_to(place, message):
    """What somebody sees of the words."""
    return None if place.removal_of(message) else message.body


class TestAnEditAndSomebodyWhoLeaves:
    def test_who_leaves_after_an_edit_sees_it(self, bob, carol, now, participation_of, this_group):
        in_turn(
            lambda: participation_of(bob).edit(now(), "After"),
            lambda: participation_of(carol).leave(),
            behind=this_group,
        )

        assert shown_to(participation_of(carol), now()) == "After"

    def test_who_leaves_before_it_sees_neither_text(
        self, bob, carol, now, participation_of, this_group
    ):
        assert shown_to(participation_of(carol), now()) == "Before"

        in_turn(
            lambda: participation_of(carol).leave(),
            lambda: participation_of(bob).edit(now(), "After"),
            behind=this_group,
        )

        assert shown_to(participation_of(carol), now()) is None

    @pytest.mark.parametrize("time", range(5))
    def test_whichever_is_first(self, bob, carol, group, now, participation_of, time):
        outcomes = at_once(
            *[lambda: participation_of(bob).edit(now(), "After")] * 3,
            lambda: participation_of(carol).leave(),
        )

        assert not refusals(outcomes)
        events = Event.objects.filter(conversation=group).order_by("revision")
        kinds = [each.kind for each in events]
        assert kinds.count("message_edited") == 1, "the same words again are no change"
        is_first = kinds.index("message_edited") < kinds.index("participant_left")
        place = participation_of(carol)
        assert shown_to(place, now()) == ("After" if is_first else None)
        assert_sound(group)

    def test_who_leaves_changes_nothing_any_more(
        self, bob, carol, said, now, participation_of, this_group
    ):
        _left, *refused = in_turn(
            lambda: participation_of(bob).leave(),
            lambda: participation_of(bob).edit(now(), "After"),
            lambda: participation_of(bob).react(now(), "👍"),
            lambda: participation_of(bob).retract(now()),
            behind=this_group,
        )

        assert refused == [RefusalCode.NOT_A_PARTICIPANT] * 3
        assert now().body == "Before"


class TestReactionsAndAccounts:
    @pytest.mark.parametrize("time", range(5))
    def test_reactions_of_an_account_that_is_deleted_name_nobody(
        self, carol, group, now, participation_of, time
    ):
        place = participation_of(carol)
        reacted, deleted = at_once(
            lambda: place.react(now(), "👍"),
            lambda: get_user_model().objects.get(pk=carol.pk).delete() and None,
        )

        assert deleted is None
        kept = [each.user_id for each in Reaction.objects.all()]
        if isinstance(reacted, RefusalCode):
            assert (reacted, kept) == (RefusalCode.NOT_A_PARTICIPANT, [])
        else:
            assert kept == [None]
        assert_sound(group)

    def test_a_reaction_before_the_deletion_is_kept(
        self, carol, group, now, participation_of, this_group
    ):
        in_turn(
            lambda: participation_of(carol).react(now(), "👍"),
            lambda: get_user_model().objects.get(pk=carol.pk).delete() and None,
            behind=this_group,
        )

        assert [(each.emoji, each.user_id) for each in Reaction.objects.all()] == [("👍", None)]
        assert_sound(group)


class TestMentionsOfAllAndNewcomers:
    def test_a_newcomer_who_joins_before_is_mentioned(
        self, alice, dave, group, participation_of, this_group
    ):
        in_turn(
            lambda: group.add_participants([dave]) and None,
            lambda: participation_of(alice).send("All!", mention_all=True),
            behind=this_group,
        )

        assert participation_of(dave).unread_mention_count == 1

    def test_one_who_joins_after_is_not(self, alice, dave, group, participation_of, this_group):
        in_turn(
            lambda: participation_of(alice).send("All!", mention_all=True),
            lambda: group.add_participants([dave]) and None,
            behind=this_group,
        )

        assert participation_of(dave).unread_mention_count == 0

    @pytest.mark.parametrize("time", range(5))
    def test_whoever_comes_while_all_are_mentioned(
        self, alice, bob, carol, dave, group, participation_of, time
    ):
        participation_of(carol).leave()
        outcomes = at_once(
            lambda: participation_of(alice).send("All!", mention_all=True),
            lambda: participation_of(bob).invite([dave]) and None,
            lambda: participation_of(carol).reinstate(by=participation_of(bob)),
        )

        assert not refusals(outcomes)
        number = group.messages.get(mentions_all=True).number
        for user in (carol, dave):
            joined = group.messages.filter(subject=user).order_by("number").last()
            is_here = joined.number < number
            assert participation_of(user).unread_mention_count == is_here, user
        assert participation_of(bob).unread_mention_count == 1
        assert_sound(group)

    def test_who_is_mentioned_by_name_while_they_leave(
        self, alice, bob, carol, group, participation_of, this_group
    ):
        _left, sent = in_turn(
            lambda: participation_of(carol).leave(),
            lambda: participation_of(alice).send("You!", mentions=[carol, bob]),
            behind=this_group,
        )

        assert sent == RefusalCode.NOT_A_MEMBER
        assert not Mention.objects.exists()
        assert not group.messages.filter(kind="text").exists()


class TestErasing:
    @pytest.mark.parametrize("time", range(5))
    def test_nothing_of_theirs_is_left_whatever_they_do_meanwhile(
        self, alice, bob, carol, group, said, now, participation_of, time
    ):
        alices = participation_of(alice).send("Hello")

        def once_more():
            return get_user_model().objects.get(pk=bob.pk)

        place = participation_of(bob)
        at_once(
            lambda: erase(once_more(), "He asked for it."),
            lambda: place.react(Message.objects.get(pk=alices.pk), "👍"),
            lambda: participation_of(bob).edit(now(), "late"),
            lambda: participation_of(bob).send("late", reply_to=alices.number),
            lambda: participation_of(alice).send("late to him", reply_to=said.number),
            lambda: participation_of(carol).send("late to him, too", mentions=[once_more()]),
            lambda: participation_of(carol).react(now(), "👎"),
        )

        assert not Message.objects.filter(sender=bob).exists()
        assert not Message.objects.filter(body="late").exists()
        assert not Reaction.objects.filter(user=bob).exists()
        assert not Mention.objects.filter(user=bob).exists()
        his = now()
        assert (his.body, his.removed_as) == ("", Message.Removal.ERASED)
        for belonging in (Edit, Reaction, Mention):
            assert not belonging.objects.filter(message=his).exists()
        assert_sound(Conversation.objects.get(pk=group.pk))
